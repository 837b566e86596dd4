import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StorageAccess } from './config.ts'
import type { Json } from './formats/fit.ts'
import type { LinkDatabase } from './linkDatabase.ts'
import { isStoredFile, isStoredImage } from './schema/addresses.ts'
import { isShown, sendStored } from './storedBytes.ts'

const STORED = '/storage/v1/object/authenticated/'
/** The address of a stored picture or file beneath the shared page that shows it. */
export function linkedAddress(src: string, pass: string | null): string {
  return `?${new URLSearchParams({ file: src.slice(STORED.length), ...(pass && { pass }) })}`
}

/** Whether a block is a picture or a file that lies in the storage service. */
export const isStored = ({ type, attrs }: Json): boolean =>
  (type === 'image' && isStoredImage(attrs?.src)) || (type === 'file' && isStoredFile(attrs?.src))

/** Sends the picture or the file that `linkedAddress` names, to whoever has the link and its pass. What the answer is when there is
 *  nothing to send. */
export function createLinkedFiles(storage: StorageAccess, database: Pick<LinkDatabase, 'mayReadLinkedFile'>) {
  return async (request: IncomingMessage, response: ServerResponse, token: string, query: URLSearchParams): Promise<404 | 503 | null> => {
    const path = query.get('file') ?? ''
    if (!isStoredImage(STORED + path) && !isStoredFile(STORED + path)) return 404
    const [bucket = '', ...name] = path.split('/')
    const may = () => database.mayReadLinkedFile(token, query.get('pass'), bucket, name.join('/'))
    if (!(await may())) return 404
    return sendStored({
      storage,
      path,
      request,
      response,
      headers: (type) => ({
        'content-type': isShown(type) ? type : 'application/octet-stream',
        'content-disposition': isShown(type) ? 'inline' : 'attachment',
      }),
      mayGoOn: may,
    })
  }
}
