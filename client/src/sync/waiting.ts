import { argumentsOf, type MessageBody } from '../rooms/outgoingMessages.ts'
import { rpc } from '../supabase.ts'
import { browserOutbox } from './browserOutbox.ts'
import type { Outbox } from './outbox.ts'
import type { Mutation } from './overlay.ts'

const byPerson = new Map<string, Outbox>()

/** What waits for this person in this tab. Signing out loads a fresh page, so nobody finds what somebody else left. */
export function outboxOf(person: string): Outbox {
  const outbox =
    byPerson.get(person) ??
    browserOutbox(person, {
      message: (body, id) => rpc('send_message', argumentsOf(body as MessageBody, id)),
      mutation: (body, id) => import('./mutations.ts').then((module) => module.sendMutation(person, body as Mutation, id)),
    })
  byPerson.set(person, outbox)
  return outbox
}
