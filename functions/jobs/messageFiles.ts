import type { Storage } from './transfers/storage.ts'

type Execute = (text: string, values: unknown[]) => Promise<{ rows: unknown[] }>

/** Removes the objects of messages that are gone, of uploads that were never sent, and drafts that are long done. What fails is tried
 *  again: an object is struck from the list when the storage service has removed it. */
export async function removeMessageFiles(execute: Execute, storage: Pick<Storage, 'remove'>): Promise<void> {
  try {
    await execute('select atrium_private.forget_empty_drafts()', [])
    const { rows } = await execute('select path from atrium_private.files_to_remove() path', [])
    const paths = (rows as { path: string }[]).map(({ path }) => path)
    if (paths.length === 0) return
    await storage.remove('message-files', paths)
    await execute('select atrium_private.forget_removed_files($1)', [paths])
  } catch (error) {
    console.error('worker:', error instanceof Error ? error.message : error)
  }
}
