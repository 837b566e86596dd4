/** The kind of a picture by its first bytes, whatever its name says; null for everything that no browser may draw from a document. */
export function pictureType(bytes: Uint8Array): { extension: string; type: string } | null {
  const text = String.fromCharCode(...bytes.subarray(0, 16))
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return { extension: 'png', type: 'image/png' }
  if (text.startsWith('\xff\xd8\xff')) return { extension: 'jpg', type: 'image/jpeg' }
  if (/^GIF8[79]a/.test(text)) return { extension: 'gif', type: 'image/gif' }
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return { extension: 'webp', type: 'image/webp' }
  if (/^....ftypavi[fs]/s.test(text)) return { extension: 'avif', type: 'image/avif' }
  return null
}
