/** What a file is by its first bytes. What it is called and what the browser believes only tell sound from pictures where the bytes can
 *  be both. Anything that a message does not show is bytes, see the bucket in sql/220_message_files.sql. */
export async function sniff(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.slice(0, 32).arrayBuffer())
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))
  const starts = (...start: number[]) => start.every((byte, at) => bytes[at] === byte)
  const isSound = file.type.startsWith('audio/')
  if (starts(0x89, 0x50, 0x4e, 0x47)) return 'image/png'
  if (starts(0xff, 0xd8, 0xff)) return 'image/jpeg'
  if (text(0, 4) === 'GIF8') return 'image/gif'
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'image/webp'
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WAVE') return 'audio/wav'
  if (text(4, 8) === 'ftyp') return ofBrand(text(8, 12), isSound)
  if (starts(0x1a, 0x45, 0xdf, 0xa3)) return isSound ? 'audio/webm' : 'video/webm'
  if (text(0, 4) === 'OggS') return file.type.startsWith('video/') ? 'video/ogg' : 'audio/ogg'
  if (text(0, 4) === 'fLaC') return 'audio/flac'
  if (text(0, 3) === 'ID3' || (starts(0xff) && ((bytes[1] ?? 0) & 0xe6) === 0xe2)) return 'audio/mpeg'
  if (starts(0xff) && ((bytes[1] ?? 0) & 0xf6) === 0xf0) return 'audio/aac'
  return 'application/octet-stream'
}

function ofBrand(brand: string, isSound: boolean): string {
  if (brand === 'avif' || brand === 'avis') return 'image/avif'
  if (brand === 'qt  ') return 'video/quicktime'
  return isSound || brand.startsWith('M4A') ? 'audio/mp4' : 'video/mp4'
}
