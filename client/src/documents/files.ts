import { ProblemError, problemOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import type { StoredFile } from '../islands/contract.ts'
import { storage } from '../supabase.ts'
import { pageEn as en } from './pageEn.ts'
import { putFile } from './putFile.ts'

const t = textsOf(en)

const images = 'document-images'
const files = 'document-files'
const prefixOf = (bucket: string) => `/storage/v1/object/authenticated/${bucket}/`

const megabyte = 1024 * 1024
const imageLimit = 10
const fileLimit = 100
/** As long as an address to play or save a file from works. */
const addressSeconds = 3600

const imageExtensions: Record<string, string> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
}
/** What the bucket takes as it is, see sql/300_document_images.sql; anything else is stored as bytes. */
const playable = new Set(
  ['mp4', 'webm', 'ogg', 'quicktime']
    .map((kind) => `video/${kind}`)
    .concat(['mpeg', 'mp4', 'aac', 'ogg', 'wav', 'webm', 'flac'].map((kind) => `audio/${kind}`)),
)

/** The pictures and other files of one document: stores new ones, and fetches stored ones with the person's rights. */
export function createFiles(documentId: string) {
  const shown = new Map<string, Promise<string>>()

  async function fetchPicture(path: string): Promise<string> {
    const { data, error } = await (await storage()).from(images).download(path)
    if (error) throw problemOf(error)
    return URL.createObjectURL(data)
  }

  return {
    /** @throws an Error whose message is a sentence for the person */
    async upload(file: File, progress: (part: number) => void, signal: AbortSignal): Promise<StoredFile> {
      if (file.size === 0) throw new ProblemError(422, 'file_empty', t('files.empty'))
      const extension = file.size <= imageLimit * megabyte ? imageExtensions[file.type] : undefined
      if (file.size > fileLimit * megabyte) throw new ProblemError(413, 'file_size', t('files.tooLarge', { limit: fileLimit }))
      const bucket = extension ? images : files
      const path = `${documentId}/${crypto.randomUUID()}${extension ? `.${extension}` : ''}`
      const { data, error } = await (await storage()).from(bucket).createSignedUploadUrl(path)
      if (error) throw problemOf(error)
      const type = extension || playable.has(file.type) ? file.type : 'application/octet-stream'
      await putFile(data.signedUrl, file, type, progress, signal)
      const src = prefixOf(bucket) + path
      // What was just uploaded need not be fetched to be seen.
      if (extension) shown.set(src, Promise.resolve(URL.createObjectURL(file)))
      return { kind: extension ? 'image' : 'file', src, name: file.name, size: file.size, mime: file.type.split(';', 1)[0] || null }
    },

    /** The blob address of a stored picture. */
    resolve(src: string): Promise<string> {
      const known = shown.get(src)
      if (known) return known
      const fetched = fetchPicture(src.slice(prefixOf(images).length))
      shown.set(src, fetched)
      // A picture that did not come is asked for again the next time it is drawn.
      fetched.catch(() => shown.delete(src))
      return fetched
    },

    /** An address under which a stored file plays, or is saved under a name. */
    async address(src: string, saveAs?: string): Promise<string> {
      const path = src.slice(prefixOf(files).length)
      const options = saveAs === undefined ? {} : { download: saveAs }
      const { data, error } = await (await storage()).from(files).createSignedUrl(path, addressSeconds, options)
      if (error) throw problemOf(error)
      return data.signedUrl
    },

    dispose() {
      for (const address of shown.values()) address.then(URL.revokeObjectURL, () => {})
    },
  }
}
