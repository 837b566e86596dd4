import type { IncomingMessage } from 'node:http'

const MAX_FORM_BYTES = 16_384
const MAX_IGNORED_BYTES = 1024 * 1024
const FORM_DEADLINE_MS = 10_000

/** The fields of a short form; null when it is longer, or does not come to its end. What is too long is read to its end all the same, for
 *  a while: who is still sending when the connection ends does not hear why. */
export function readForm(request: IncomingMessage): Promise<URLSearchParams | null> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let length = 0
    const timer = setTimeout(resolve, FORM_DEADLINE_MS, null)
    const end = (form: URLSearchParams | null) => {
      clearTimeout(timer)
      resolve(form)
    }
    request.on('data', (part: Buffer) => {
      length += part.length
      if (length <= MAX_FORM_BYTES) parts.push(part)
      else if (length > MAX_IGNORED_BYTES) end(null)
    })
    request.on('end', () => end(length > MAX_FORM_BYTES ? null : new URLSearchParams(Buffer.concat(parts).toString())))
    request.on('error', () => end(null))
  })
}
