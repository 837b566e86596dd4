import { ProblemError } from '../errors.ts'
import { keptSession } from '../supabase.ts'
import type { Mutation } from './overlay.ts'
import { outboxOf } from './waiting.ts'

/** Keeps a change that the server was not reached for: it stays painted, survives a reload, and goes out when the server is back.
 *  @throws {ProblemError} whatever else the server said */
export async function later(error: unknown, mutation: Mutation): Promise<void> {
  const person = keptSession()?.user.id
  if (!person || !(error instanceof ProblemError) || error.code !== 'offline') throw error
  // One lane: a page is made before it is renamed, and put beneath another one after that was made.
  await outboxOf(person).add({ id: crypto.randomUUID(), kind: 'mutation', lane: 'mutations', body: mutation })
}
