import type { Storage } from '../transfers/storage.ts'

type Execute = (text: string, values: unknown[]) => Promise<{ rows: unknown[] }>

/** Removes the objects of messages, files and versions that are gone, of uploads that came to nothing, drafts that are long done, and
 *  receipts that nobody asks for any more. What fails is tried again: an object is struck from the list when the storage service has removed it. */
export async function removeFiles(execute: Execute, storage: Pick<Storage, 'remove'>): Promise<void> {
  try {
    await execute('select atrium_private.forget_empty_drafts()', [])
    await execute('select atrium_private.forget_sync()', [])
    const { rows } = await execute('select bucket, path from atrium_private.files_to_remove()', [])
    const found = rows as { bucket: string; path: string }[]
    for (const bucket of new Set(found.map((file) => file.bucket))) {
      const paths = found.filter((file) => file.bucket === bucket).map(({ path }) => path)
      await storage.remove(bucket, paths)
      await execute('select atrium_private.forget_removed_files($1, $2)', [bucket, paths])
    }
  } catch (error) {
    console.error('worker:', error instanceof Error ? error.message : error)
  }
}
