import { pictureType } from './pictureType.ts'

/** Width and height of a PNG, GIF or JPEG in pixels, from its header; null when it has none. */
export function pictureSize(bytes: Uint8Array): { width: number; height: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  try {
    const kind = pictureType(bytes)?.extension
    if (kind === 'png') return sane(view.getUint32(16), view.getUint32(20))
    if (kind === 'gif') return sane(view.getUint16(6, true), view.getUint16(8, true))
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
