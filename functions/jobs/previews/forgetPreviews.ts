import type { Storage } from '../transfers/storage.ts'

/** Forgets pages that no message names any more, with their pictures. What fails is tried again in an hour. */
export async function forgetPreviews(
  execute: (text: string, values: unknown[]) => Promise<{ rows: unknown[] }>,
  storage: Pick<Storage, 'remove'>,
): Promise<void> {
  try {
    const { rows } = await execute('select id from atrium_private.forget_previews() id', [])
    if (rows.length > 0)
      await storage.remove(
        'link-previews',
        (rows as { id: string }[]).map(({ id }) => id),
      )
  } catch (error) {
    console.error('worker:', error instanceof Error ? error.message : error)
  }
}
