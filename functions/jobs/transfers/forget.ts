import type { Storage } from './storage.ts'

type Execute = (text: string, values: unknown[]) => Promise<{ rows: unknown[] }>

/** Forgets imports and exports of more than a week ago, their files first. What fails is tried again in an hour. */
export async function forgetOldTransfers(execute: Execute, storage: Storage): Promise<void> {
  try {
    const { rows } = await execute('select id from atrium_private.old_transfers() id', [])
    const ids = (rows as { id: string }[]).map(({ id }) => id)
    if (ids.length === 0) return
    await storage.remove(
      'transfers',
      ids.flatMap((id) => [`${id}/source`, `${id}/result`]),
    )
    await execute('select atrium_private.forget_transfers($1)', [ids])
  } catch (error) {
    console.error('worker:', error instanceof Error ? error.message : error)
  }
}
