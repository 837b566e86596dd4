import { ProblemError } from '../errors.ts'
import { keptSession } from '../supabase.ts'
import type { Mutation } from './overlay.ts'
import { outboxOf } from './waiting.ts'

/** Keeps changes that the server was not reached for: they stay painted, survive a reload, and go out when the server is back.
 *  @throws {ProblemError} whatever else the server said */
export async function later(error: unknown, mutations: readonly Mutation[]): Promise<void> {
  const person = keptSession()?.user.id
  if (!person || !(error instanceof ProblemError) || error.code !== 'offline') throw error
  await keep(person, mutations)
}

/** One lane: a page is made before it is renamed, and put beneath another one after that was made. */
export async function keep(person: string, mutations: readonly Mutation[]): Promise<void> {
  const outbox = outboxOf(person)
  await Promise.all(mutations.map((body) => outbox.add({ id: crypto.randomUUID(), kind: 'mutation', lane: 'mutations', body })))
}
