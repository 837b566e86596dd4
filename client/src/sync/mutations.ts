import type { Result } from '../../../sql/types.gen.ts'
import { ProblemError } from '../errors.ts'
import { rpc } from '../supabase.ts'
import { remember, remembered } from '../ui/memory.ts'
import { keepChange } from './answers.ts'
import type { Mutation } from './overlay.ts'

export type Receipt = Result<'apply_mutations'>[number]

const deviceKey = 'atrium.device'

/** This browser's name for itself: of its own changes it is not told. */
export function device(): string {
  const id = remembered(deviceKey) ?? crypto.randomUUID()
  remember(deviceKey, id)
  return id
}

/** Sends one change. Its key is its id in the outbox, so a request whose answer was lost is simply repeated.
 *  @throws {ProblemError} */
export async function sendMutation(person: string, mutation: Mutation, key: string): Promise<Receipt | undefined> {
  const { entity, id, op, patch } = mutation
  const [receipt] = await rpc<Receipt[]>('apply_mutations', {
    device: device(),
    mutations: [{ key, entity, id, op, ...(patch && { patch }) }],
  })
  if (receipt?.outcome === 'refused') throw new ProblemError(409, receipt.code ?? 'refused', receipt.message ?? '')
  // Before it stops waiting: without network again, lists are what was read before. Storage may be full or forbidden.
  await keepChange(person, mutation).catch(() => {})
  return receipt
}
