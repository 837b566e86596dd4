import { pictureType } from './pictureType.ts'

/** Width and height of a PNG, GIF, WebP or JPEG in pixels, from its header; null when it has none. */
export function pictureSize(bytes: Uint8Array): { width: number; height: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  try {
    const kind = pictureType(bytes)?.extension
    if (kind === 'png') return sane(view.getUint32(16), view.getUint32(20))
    if (kind === 'gif') return sane(view.getUint16(6, true), view.getUint16(8, true))
    if (kind === 'webp') return webpSize(view)
    return kind === 'jpg' ? jpegSize(view) : null
  } catch {
    return null // It ends before it says.
  }
}

const sane = (width: number, height: number) => (width > 0 && height > 0 && width < 100_000 && height < 100_000 ? { width, height } : null)

function jpegSize(view: DataView) {
  for (let at = 2; at < view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at)
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && marker !== 0xffc4 && marker !== 0xffc8 && marker !== 0xffcc
    if (isFrame) return sane(view.getUint16(at + 7), view.getUint16(at + 5))
  }
  return null
}

/** The three forms of its first chunk: with losses, without, and extended. */
function webpSize(view: DataView) {
  const form = view.getUint32(12)
  if (form === 0x56503820) return sane(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff)
  if (form === 0x5650384c) {
    const bits = view.getUint32(21, true)
    return sane((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1)
  }
  const uint24 = (at: number) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16)
  return form === 0x56503858 ? sane(uint24(24) + 1, uint24(27) + 1) : null
}
