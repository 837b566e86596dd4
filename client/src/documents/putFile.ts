import { ProblemError } from '../errors.ts'
import { pageEn } from './pageEn.ts'

/** Sends a file to a signed address and says how much of it has left; `fetch` cannot tell. */
export function putFile(address: string, file: File, type: string, progress: (part: number) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const fail = () => reject(new ProblemError(request.status, 'upload_failed', pageEn.files.failed))
    request.open('PUT', address)
    request.setRequestHeader('content-type', type)
    request.setRequestHeader('cache-control', 'max-age=31536000')
    request.upload.addEventListener('progress', (event) => event.lengthComputable && progress(event.loaded / event.total))
    request.addEventListener('load', () => (request.status < 300 ? resolve() : fail()))
    request.addEventListener('error', fail)
    request.addEventListener('abort', fail)
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}
