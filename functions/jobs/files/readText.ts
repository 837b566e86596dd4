import type { Storage } from '../transfers/storage.ts'
import { type createFileTexts, type Readable, TEXT_BYTES } from './fileTexts.ts'
import { isPlain } from './plainText.ts'

type Execute = (text: string, values: unknown[]) => Promise<{ rows: unknown[] }>

/** Reads what is written in a file, so that it is found by it. What cannot be read is noted, and no more tried; again it finds it done. */
export function readText(execute: Execute, storage: Pick<Storage, 'download' | 'stream'>, texts: ReturnType<typeof createFileTexts>) {
  return async ({ data: { path } }: { data: { path: string } }): Promise<void> => {
    const { rows } = await execute('select name, mime from atrium_private.text_to_read($1)', [path])
    const file = rows[0] as Omit<Readable, 'bytes'> | undefined
    if (!file) return
    const bytes = isPlain(file.mime) ? await beginning(await storage.stream('files', path)) : await storage.download('files', path)
    const text = await texts.ask({ bytes, ...file })
    await execute('select atrium_private.store_text($1, $2)', [path, text])
  }
}

/** As much as is kept of a text, and of one with much between its words. */
async function beginning(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(4 * TEXT_BYTES)
  let size = 0
  for await (const piece of stream) {
    bytes.set(piece.subarray(0, bytes.length - size), size)
    size = Math.min(size + piece.length, bytes.length)
    if (size === bytes.length) break
  }
  return bytes.slice(0, size)
}
