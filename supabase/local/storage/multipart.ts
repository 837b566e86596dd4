import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import busboy from 'busboy'
import { invalidRequest, StorageError } from './errors.ts'

const LARGEST_FIELD_BYTES = 1 << 20

/** A form's one file, as `receive` left it, and its fields: those before and those after the file. */
interface Form<T> {
  file: T
  fields: Map<string, string>
}

/** Streams the first file of a form into `receive`, which sees the fields that came before it. Throws 400 for a broken form. */
export function readForm<T>(
  request: IncomingMessage,
  receive: (file: Readable, mimetype: string, fields: Map<string, string>) => Promise<T>,
): Promise<Form<T>> {
  const parser = openParser(request)
  const fields = new Map<string, string>()
  return new Promise((resolve, reject) => {
    let received: Promise<T> | undefined
    let hasFailed = false

    function fail(error: unknown): void {
      hasFailed = true
      request.unpipe(parser)
      request.off('close', onClose)
      const reason = error instanceof Error ? error : new Error('The upload failed')
      parser.destroy(reason)
      // The file must be closed and removed before anybody answers.
      Promise.resolve(received).then(
        () => reject(reason),
        () => reject(reason),
      )
    }
    const onClose = () => {
      if (!request.complete) fail(invalidRequest('The upload was cut off'))
    }

    parser.on('field', (name, value, info) => {
      if (info.valueTruncated)
        fail(new StorageError(413, 'EntityTooLarge', `The field ${name.slice(0, 100)} is too large`, 'Payload too large'))
      else fields.set(name, value)
    })
    parser.on('file', (_name, file, info) => {
      // An object has one file; storage-api ignores the others too. A parser that was destroyed still reads its last chunk.
      if (received || hasFailed) {
        file.on('error', () => {}).resume()
        return
      }
      // A broken form breaks its file, perhaps before anybody reads it; whoever reads it hears of it again.
      file.on('error', () => {})
      received = receive(file, info.mimeType, fields)
      received.catch(fail)
    })
    parser.on('fieldsLimit', () => fail(invalidRequest('The form has too many fields')))
    parser.on('error', (error) => fail(error instanceof StorageError ? error : invalidRequest('The form is broken')))
    parser.on('close', () => {
      request.off('close', onClose)
      if (received) received.then((file) => resolve({ file, fields }), reject)
      else reject(invalidRequest('No content provided'))
    })
    request.on('close', onClose)
    request.pipe(parser)
  })
}

function openParser(request: IncomingMessage): busboy.Busboy {
  try {
    return busboy({ headers: request.headers, limits: { fields: 10, parts: 20, fieldSize: LARGEST_FIELD_BYTES, headerPairs: 50 } })
  } catch {
    throw invalidRequest('The form is broken')
  }
}
