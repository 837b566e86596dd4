import { argumentsOf, type MessageBody } from '../rooms/outgoingMessages.ts'
import { rpc } from '../supabase.ts'
import { browserOutbox } from './browserOutbox.ts'
import { sendMutation } from './mutations.ts'
import type { Outbox } from './outbox.ts'
import type { Mutation } from './overlay.ts'

const byPerson = new Map<string, Outbox>()

/** What waits for this person in this tab. Signing out loads a fresh page, so nobody finds what somebody else left. */
export function outboxOf(person: string): Outbox {
  const outbox =
    byPerson.get(person) ??
    browserOutbox(person, {
      message: (body, id) => rpc('send_message', argumentsOf(body as MessageBody, id)),
      mutation: async (body, id) => {
        const receipt = await sendMutation(body as Mutation, id)
        // Before it stops waiting: without network again, lists are what was read before. Storage may be full or forbidden.
        await import('./answers.ts').then((module) => module.keepChange(person, body as Mutation)).catch(() => {})
        return receipt
      },
    })
  byPerson.set(person, outbox)
  return outbox
}
