import { ProblemError, problemOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { storage } from '../supabase.ts'
import { pageEn as en } from './pageEn.ts'

const t = textsOf(en)

const bucket = 'document-images'
const prefix = `/storage/v1/object/authenticated/${bucket}/`
const limitMegabytes = 10
const extensions: Record<string, string> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
}

/** The pictures of one document: stores new ones, and fetches stored ones with the person's token. */
export function createImages(documentId: string) {
  const shown = new Map<string, Promise<string>>()

  async function fetchPicture(path: string): Promise<string> {
    const { data, error } = await (await storage()).from(bucket).download(path)
    if (error) throw problemOf(error)
    return URL.createObjectURL(data)
  }

  return {
    /** @throws an Error whose message is a sentence for the person */
    async upload(file: File, progress: (part: number) => void): Promise<{ src: string }> {
      const extension = extensions[file.type]
      if (!extension) throw new ProblemError(415, 'image_type', t('images.wrongType'))
      if (file.size > limitMegabytes * 1024 * 1024)
        throw new ProblemError(413, 'image_size', t('images.tooLarge', { limit: limitMegabytes }))
      const path = `${documentId}/${crypto.randomUUID()}.${extension}`
      const { data, error } = await (await storage()).from(bucket).createSignedUploadUrl(path)
      if (error) throw problemOf(error)
      await put(data.signedUrl, file, progress)
      // What was just uploaded need not be fetched to be seen.
      shown.set(prefix + path, Promise.resolve(URL.createObjectURL(file)))
      return { src: prefix + path }
    },

    /** The blob address of a stored picture. */
    resolve(src: string): Promise<string> {
      const known = shown.get(src)
      if (known) return known
      const fetched = fetchPicture(src.slice(prefix.length))
      shown.set(src, fetched)
      // A picture that did not come is asked for again the next time it is drawn.
      fetched.catch(() => shown.delete(src))
      return fetched
    },

    dispose() {
      for (const address of shown.values()) address.then(URL.revokeObjectURL, () => {})
    },
  }
}

/** `fetch` cannot tell how much it has sent. */
function put(address: string, file: File, progress: (part: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const fail = () => reject(new ProblemError(request.status, 'upload_failed', t('images.failed')))
    request.open('PUT', address)
    request.setRequestHeader('content-type', file.type)
    request.setRequestHeader('cache-control', 'max-age=31536000')
    request.upload.addEventListener('progress', (event) => event.lengthComputable && progress(event.loaded / event.total))
    request.addEventListener('load', () => (request.status < 300 ? resolve() : fail()))
    request.addEventListener('error', fail)
    request.addEventListener('abort', fail)
    request.send(file)
  })
}
