const allowed = new Set(['http:', 'https:', 'mailto:'])

/** The address as it may stand in a document, or null. People type `example.org` and mean https. */
export function safeAddress(typed: string): string | null {
  const text = typed.trim()
  if (!text || /\s/.test(text)) return null
  const isMail = /^[^@/:?#]+@[^@/:?#]+\.[^@/:?#]+$/.test(text)
  const hasScheme = /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^/:]+:\d/.test(text)
  const address = isMail ? `mailto:${text}` : hasScheme ? text : `https://${text}`
  try {
    const url = new URL(address)
    if (!allowed.has(url.protocol)) return null
    if (url.protocol !== 'mailto:' && !url.hostname.includes('.') && url.hostname !== 'localhost') return null
    return url.href
  } catch {
    return null
  }
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const storedImage = new RegExp(`^/storage/v1/object/authenticated/document-images/${uuid}/${uuid}\\.(?:png|jpe?g|gif|webp|avif)$`)
const storedFile = new RegExp(`^/storage/v1/object/authenticated/document-files/${uuid}/${uuid}$`)

/** Whether this is the address of a picture in the bucket document-images, see sql/300_document_images.sql. */
export const isStoredImage = (src: unknown): src is string => typeof src === 'string' && storedImage.test(src)

/** Whether this is the address of a file in the bucket document-files. */
export const isStoredFile = (src: unknown): src is string => typeof src === 'string' && storedFile.test(src)
