import { createHash } from 'node:crypto'
import type { Storage } from '../transfers/storage.ts'
import { fileType, TYPE_BYTES } from './fileType.ts'

type Execute = (text: string, values: unknown[]) => Promise<{ rows: unknown[] }>

/** Reads the bytes of an upload back as the storage service has them, and says what they are: only then they are a version of a file.
 *  In memory is one piece at a time. Again it finds the upload done and reads nothing. */
export function checkUpload(execute: Execute, storage: Pick<Storage, 'stream'>) {
  return async ({ data: { upload_id } }: { data: { upload_id: string } }): Promise<void> => {
    const { rows } = await execute('select atrium_private.upload_to_check($1) path', [upload_id])
    const path = (rows[0] as { path: string | null } | undefined)?.path
    if (!path) return
    const hash = createHash('sha256')
    let size = 0
    const start = new Uint8Array(TYPE_BYTES)
    for await (const piece of await storage.stream('files', path)) {
      if (size < TYPE_BYTES) start.set(piece.subarray(0, TYPE_BYTES - size), size)
      size += piece.length
      hash.update(piece)
    }
    const type = fileType(start.subarray(0, Math.min(size, TYPE_BYTES)))
    await execute('select atrium_private.finish_upload($1, $2, $3, $4)', [upload_id, size, hash.digest('hex'), type])
  }
}

/** Forgets uploads that nobody finished. What fails is tried again in an hour. */
export async function forgetUploads(execute: Execute): Promise<void> {
  try {
    await execute('select atrium_private.forget_uploads()', [])
  } catch (error) {
    console.error('worker:', error instanceof Error ? error.message : error)
  }
}
