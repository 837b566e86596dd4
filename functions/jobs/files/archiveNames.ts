import { unzipSync } from 'fflate'

/** Of more files no list is read to its end. */
const MAX_NAMES = 5_000
/** As much as is unpacked to find names, whatever more there is. */
const MAX_UNPACKED = 256 * 1024 * 1024
const BLOCK = 512

/** The names of what is in a ZIP, one in each line, with the size before it. Nothing is unpacked. */
export function zipNames(bytes: Uint8Array): string {
  const lines: string[] = []
  unzipSync(bytes, {
    filter({ name, originalSize }) {
      if (lines.length < MAX_NAMES && !name.endsWith('/')) lines.push(`${originalSize}\t${name}`)
      return false
    },
  })
  return lines.join('\n')
}

/** The same of a packed tar, which has its names between the files: it is unpacked piece by piece, and no file of it is kept. */
export async function tarNames(packed: Uint8Array<ArrayBuffer>): Promise<string> {
  const lines: string[] = []
  let rest = new Uint8Array(0)
  let skip = 0
  let unpacked = 0
  let longName = ''
  for await (const piece of new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))) {
    unpacked += piece.length
    if (unpacked > MAX_UNPACKED) break
    const bytes = new Uint8Array(rest.length + piece.length)
    bytes.set(rest)
    bytes.set(piece, rest.length)
    let at = 0
    while (at < bytes.length && lines.length < MAX_NAMES) {
      if (skip > 0) {
        const step = Math.min(skip, bytes.length - at)
        skip -= step
        at += step
        continue
      }
      if (bytes.length - at < BLOCK) break
      const header = readHeader(bytes.subarray(at, at + BLOCK))
      // Two empty blocks end it; anything else is no tar.
      if (!header) return lines.join('\n')
      const body = Math.ceil(header.size / BLOCK) * BLOCK
      if (header.kind === 'L' && header.size < BLOCK) {
        if (bytes.length - at < BLOCK + body) break
        longName = textOf(bytes.subarray(at + BLOCK, at + BLOCK + header.size))
        at += BLOCK + body
        continue
      }
      if (header.kind === '0' || header.kind === '\0') lines.push(`${header.size}\t${longName || header.name}`)
      if (header.kind !== 'x' && header.kind !== 'g') longName = ''
      at += BLOCK
      skip = body
    }
    if (lines.length >= MAX_NAMES) break
    rest = bytes.slice(at)
  }
  return lines.join('\n')
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replace(/\0.*$/s, '')

function readHeader(block: Uint8Array): { name: string; size: number; kind: string } | null {
  if (textOf(block.subarray(257, 262)) !== 'ustar') return null
  const size = Number.parseInt(textOf(block.subarray(124, 136)).trim(), 8)
  const prefix = textOf(block.subarray(345, 500))
  const name = textOf(block.subarray(0, 100))
  if (!(size >= 0) || !name) return null
  return { name: prefix ? `${prefix}/${name}` : name, size, kind: String.fromCharCode(block[156] ?? 0) }
}
