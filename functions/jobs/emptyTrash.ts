import type { Storage } from './transfers/storage.ts'

type Execute = (text: string, values: unknown[]) => Promise<{ rows: unknown[] }>

interface GoneFile {
  document_id: string
  bucket: string | null
  name: string | null
}

/** So many times 100 documents in a row: the rest waits for the next hour. */
const MOST_ROUNDS = 50

/** Deletes what lay in the trash for too long, and the files of every document that is gone. What fails is tried again in an hour. */
export async function emptyTrash(execute: Execute, storage: Storage): Promise<void> {
  try {
    await execute('select atrium_private.empty_trash()', [])
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const files = (await execute('select * from atrium_private.files_of_gone_documents()', [])).rows as GoneFile[]
      if (files.length === 0) return
      for (const bucket of ['document-images', 'document-files']) {
        const names = files.flatMap((file) => (file.bucket === bucket && file.name ? [file.name] : []))
        if (names.length > 0) await storage.remove(bucket, names)
      }
      // Forgotten is who has no files any more, in the next round: there may have been more of them than came at once.
      const done = files.filter(({ name }) => name === null).map((file) => file.document_id)
      if (done.length > 0) await execute('select atrium_private.forget_gone_documents($1)', [done])
    }
  } catch (error) {
    console.error('worker:', error instanceof Error ? error.message : error)
  }
}
