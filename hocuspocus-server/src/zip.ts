import { crc32 } from 'node:zlib'

export interface ZipEntry {
  /** Folders and the name, with `/` between them. */
  name: string
  size: number
  modified: Date
  /** Its bytes, as many as size says. */
  open(): Promise<AsyncIterable<Uint8Array>>
}

const LARGE = 0xffffffff
/** The name is UTF-8; sum and sizes come after the bytes. */
const FLAGS = 0x0808
const VERSION_LARGE = 45
const VERSION = 20

/** A ZIP archive as it is made, one entry after the other: what is stored is not packed again, and no more than a piece of a file is ever in
 *  memory. See APPNOTE.TXT 4.3 and 4.5.3 of PKWARE. */
export async function* zip(entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>): AsyncGenerator<Buffer> {
  const directory: Buffer[] = []
  let at = 0
  const count = (piece: Buffer) => {
    at += piece.length
    return piece
  }
  for await (const entry of entries) {
    const start = at
    const name = Buffer.from(entry.name)
    const isLarge = entry.size >= LARGE
    yield count(header(name, entry.modified, isLarge))
    let sum = 0
    let size = 0
    for await (const part of await entry.open()) {
      const piece = Buffer.from(part.buffer, part.byteOffset, part.byteLength)
      sum = crc32(piece, sum)
      size += piece.length
      yield count(piece)
    }
    if (size !== entry.size) throw new Error('A file has not the size that was announced')
    yield count(descriptor(sum, size, isLarge))
    directory.push(directoryEntry(name, entry.modified, sum, size, start))
  }
  const start = at
  for (const line of directory) yield count(line)
  yield end(directory.length, at - start, start)
}

function header(name: Buffer, modified: Date, isLarge: boolean): Buffer {
  const extra = isLarge ? large([0, 0]) : Buffer.alloc(0)
  const fixed = Buffer.alloc(30)
  fixed.writeUInt32LE(0x04034b50, 0)
  fixed.writeUInt16LE(isLarge ? VERSION_LARGE : VERSION, 4)
  fixed.writeUInt16LE(FLAGS, 6)
  fixed.writeUInt32LE(dosTime(modified), 10)
  if (isLarge) {
    fixed.writeUInt32LE(LARGE, 18)
    fixed.writeUInt32LE(LARGE, 22)
  }
  fixed.writeUInt16LE(name.length, 26)
  fixed.writeUInt16LE(extra.length, 28)
  return Buffer.concat([fixed, name, extra])
}

function descriptor(sum: number, size: number, isLarge: boolean): Buffer {
  const fixed = Buffer.alloc(isLarge ? 24 : 16)
  fixed.writeUInt32LE(0x08074b50, 0)
  fixed.writeUInt32LE(sum, 4)
  if (isLarge) {
    fixed.writeBigUInt64LE(BigInt(size), 8)
    fixed.writeBigUInt64LE(BigInt(size), 16)
  } else {
    fixed.writeUInt32LE(size, 8)
    fixed.writeUInt32LE(size, 12)
  }
  return fixed
}

function directoryEntry(name: Buffer, modified: Date, sum: number, size: number, start: number): Buffer {
  const beyond = [...(size >= LARGE ? [size, size] : []), ...(start >= LARGE ? [start] : [])]
  const extra = beyond.length > 0 ? large(beyond) : Buffer.alloc(0)
  const fixed = Buffer.alloc(46)
  fixed.writeUInt32LE(0x02014b50, 0)
  // Made on Unix, so that the rights below are believed.
  fixed.writeUInt16LE((3 << 8) | VERSION_LARGE, 4)
  fixed.writeUInt16LE(beyond.length > 0 ? VERSION_LARGE : VERSION, 6)
  fixed.writeUInt16LE(FLAGS, 8)
  fixed.writeUInt32LE(dosTime(modified), 12)
  fixed.writeUInt32LE(sum, 16)
  fixed.writeUInt32LE(Math.min(size, LARGE), 20)
  fixed.writeUInt32LE(Math.min(size, LARGE), 24)
  fixed.writeUInt16LE(name.length, 28)
  fixed.writeUInt16LE(extra.length, 30)
  // A file that nobody runs: rw-r--r--.
  fixed.writeUInt32LE((0o100644 << 16) >>> 0, 38)
  fixed.writeUInt32LE(Math.min(start, LARGE), 42)
  return Buffer.concat([fixed, name, extra])
}

/** The field with numbers that need 64 bits. */
function large(numbers: number[]): Buffer {
  const field = Buffer.alloc(4 + numbers.length * 8)
  field.writeUInt16LE(1, 0)
  field.writeUInt16LE(numbers.length * 8, 2)
  for (const [index, number] of numbers.entries()) field.writeBigUInt64LE(BigInt(number), 4 + index * 8)
  return field
}

function end(count: number, size: number, start: number): Buffer {
  const isLarge = count >= 0xffff || size >= LARGE || start >= LARGE
  const more = Buffer.alloc(isLarge ? 76 : 0)
  if (isLarge) {
    more.writeUInt32LE(0x06064b50, 0)
    more.writeBigUInt64LE(44n, 4)
    more.writeUInt16LE((3 << 8) | VERSION_LARGE, 12)
    more.writeUInt16LE(VERSION_LARGE, 14)
    more.writeBigUInt64LE(BigInt(count), 24)
    more.writeBigUInt64LE(BigInt(count), 32)
    more.writeBigUInt64LE(BigInt(size), 40)
    more.writeBigUInt64LE(BigInt(start), 48)
    more.writeUInt32LE(0x07064b50, 56)
    more.writeBigUInt64LE(BigInt(start + size), 64)
    more.writeUInt32LE(1, 72)
  }
  const fixed = Buffer.alloc(22)
  fixed.writeUInt32LE(0x06054b50, 0)
  fixed.writeUInt16LE(Math.min(count, 0xffff), 8)
  fixed.writeUInt16LE(Math.min(count, 0xffff), 10)
  fixed.writeUInt32LE(Math.min(size, LARGE), 12)
  fixed.writeUInt32LE(Math.min(start, LARGE), 16)
  return Buffer.concat([more, fixed])
}

/** Two seconds exact, from 1980 on; in UTC, as nobody knows the clock of the reader. */
function dosTime(at: Date): number {
  const year = Math.max(1980, at.getUTCFullYear())
  const day = ((year - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate()
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1)
  return ((day << 16) | time) >>> 0
}

/** Names as they are in an archive: no two are the same, and none leads out of it. Names of files are refused before if they could, see
 *  valid_file_name; this does not rely on it. */
export function createNames(): (parts: readonly string[]) => string {
  const taken = new Set<string>()
  return (parts) => {
    const path = parts
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
      .map((part) => part.replace(/[/\\\u0000-\u001f]/g, '_').replace(/^\.{1,2}$/, '_'))
      .join('/')
    let name = path
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = path.replace(/(\.[^./]{1,16})?$/, ` (${number})$1`)
    taken.add(name.toLowerCase())
    return name
  }
}
