import { pictureType } from '../transfers/pictureType.ts'

/** How many bytes of a file tell what it is. */
export const TYPE_BYTES = 4096

/** What a file is by its first bytes, whatever its name or uploader says. Text is text, also where a browser would run it. */
export function fileType(bytes: Uint8Array): string {
  const picture = pictureType(bytes)
  if (picture) return picture.type
  const text = String.fromCharCode(...bytes.subarray(0, 64))
  const starts = (...start: number[]) => start.every((byte, at) => bytes[at] === byte)
  if (text.startsWith('%PDF-')) return 'application/pdf'
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WAVE') return 'audio/wav'
  if (text.slice(4, 8) === 'ftyp') return ofBrand(text.slice(8, 12))
  if (starts(0x1a, 0x45, 0xdf, 0xa3)) return 'video/webm'
  if (text.startsWith('OggS')) return /theora/.test(text) ? 'video/ogg' : 'audio/ogg'
  if (text.startsWith('fLaC')) return 'audio/flac'
  if (text.startsWith('ID3') || (starts(0xff) && ((bytes[1] ?? 0) & 0xe6) === 0xe2)) return 'audio/mpeg'
  if (starts(0xff) && ((bytes[1] ?? 0) & 0xf6) === 0xf0) return 'audio/aac'
  if (text.startsWith('PK\x03\x04')) return inZip(bytes)
  if (starts(0x1f, 0x8b)) return 'application/gzip'
  return isText(bytes) ? 'text/plain' : 'application/octet-stream'
}

function ofBrand(brand: string): string {
  if (brand === 'qt  ') return 'video/quicktime'
  return brand.startsWith('M4A') ? 'audio/mp4' : 'video/mp4'
}

const OFFICE = [
  ['word/', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['xl/', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['ppt/', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
] as const

/** Office documents are archives; their first names tell which. OpenDocument says so itself, before anything else. */
function inZip(bytes: Uint8Array): string {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, TYPE_BYTES))
  const open = /^mimetype(application\/vnd\.oasis\.opendocument\.[a-z-]{1,40})/.exec(start.slice(30))
  if (open?.[1]) return open[1]
  if (start.slice(30).startsWith('[Content_Types].xml')) {
    const found = OFFICE.find(([folder]) => start.includes(folder))
    if (found) return found[1]
  }
  return 'application/zip'
}

/** Valid UTF-8 without control characters; the last character may be cut off. */
function isText(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, TYPE_BYTES), { stream: true })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    return !/[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text)
  } catch {
    return false
  }
}
