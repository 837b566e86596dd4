import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { applyUpdates } from '../applyUpdates.ts'

/** What one person did within some seconds. Times in milliseconds of the epoch. */
export interface Entry {
  /** Null when the account is gone or a server wrote it. */
  authorId: string | null
  from: number
  at: number
  /** How many rows of the log it stands for. */
  edits: number
  update: Uint8Array
}

/** A row of the log as it was written. */
export interface LogRow {
  id: string
  authorId: string | null
  at: number
  update: Uint8Array
}

/** As long may the work of one person be that becomes one entry. */
const WINDOW_MS = 10_000
/** A hostile chunk cannot exist, a damaged one must not exhaust the memory. */
const MAX_CHUNK_BYTES = 256 * 1024 * 1024

/** Turns rows into entries, which say the same in a tenth of the bytes. `document` (gc: false) holds all that came before, and all that
 *  is in the rows afterwards. No entry spans one of `boundaries`: that is where versions are. */
export function condense(document: Y.Doc, rows: LogRow[], boundaries: number[] = []): Entry[] {
  return windowsOf(rows, boundaries).flatMap((window) => {
    const byAuthor = Map.groupBy(window, ({ authorId }) => authorId)
    return [...byAuthor].map(([authorId, own]) => ({
      authorId,
      from: Math.min(...own.map(({ at }) => at)),
      at: Math.max(...own.map(({ at }) => at)),
      edits: own.length,
      update: applyTogether(
        document,
        own.map(({ update }) => update),
      ),
    }))
  })
}

function windowsOf(rows: LogRow[], boundaries: number[]): LogRow[][] {
  const windows: LogRow[][] = []
  let end = -Infinity
  for (const row of rows.toSorted((one, other) => one.at - other.at)) {
    if (row.at > end) {
      windows.push([])
      const next = boundaries.filter((boundary) => boundary >= row.at)
      end = Math.min(row.at + WINDOW_MS, ...next)
    }
    windows.at(-1)?.push(row)
  }
  return windows
}

/** One transaction joins what was typed letter by letter, and announces it as one update. What builds on something that has not come
 *  is announced by nobody, so then the rows are kept as they are. */
function applyTogether(document: Y.Doc, updates: Uint8Array[]): Uint8Array {
  const announced: Uint8Array[] = []
  const hear = (update: Uint8Array) => announced.push(update)
  document.on('update', hear)
  applyUpdates(document, updates)
  document.off('update', hear)
  const isIncomplete = document.store.pendingStructs !== null || document.store.pendingDs !== null
  return Y.mergeUpdates(isIncomplete ? [...updates, ...announced] : announced)
}

/** Entries in a form that takes about one byte for each keystroke. */
export function pack(entries: Entry[]): Uint8Array {
  const encoder = encoding.createEncoder()
  const authors = [...new Set(entries.map(({ authorId }) => authorId))]
  encoding.writeVarUint(encoder, authors.length)
  for (const author of authors) encoding.writeVarString(encoder, author ?? '')
  encoding.writeVarUint(encoder, entries.length)
  let before = 0
  for (const { authorId, from, at, edits, update } of entries) {
    encoding.writeVarUint(encoder, authors.indexOf(authorId))
    encoding.writeVarInt(encoder, from - before)
    encoding.writeVarUint(encoder, at - from)
    encoding.writeVarUint(encoder, edits)
    encoding.writeVarUint(encoder, update.length)
    before = from
  }
  // Like beside like: the updates together compress better.
  for (const { update } of entries) encoding.writeUint8Array(encoder, update)
  return compress(encoding.toUint8Array(encoder))
}

export function unpack(packed: Uint8Array): Entry[] {
  if (packed.length === 0) return []
  const decoder = decoding.createDecoder(decompress(packed))
  const authors = Array.from({ length: decoding.readVarUint(decoder) }, () => decoding.readVarString(decoder) || null)
  let before = 0
  const heads = Array.from({ length: decoding.readVarUint(decoder) }, () => {
    const authorId = authors[decoding.readVarUint(decoder)] ?? null
    const from = before + decoding.readVarInt(decoder)
    before = from
    return {
      authorId,
      from,
      at: from + decoding.readVarUint(decoder),
      edits: decoding.readVarUint(decoder),
      length: decoding.readVarUint(decoder),
    }
  })
  return heads.map(({ length, ...head }) => ({ ...head, update: decoding.readUint8Array(decoder, length) }))
}

const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 12 } }

export const compress = (bytes: Uint8Array): Uint8Array => zstdCompressSync(bytes, LEVEL)

/** SQL, which cannot compress, stores a state as it is when a document is copied. No Yjs update is a whole frame of zstd by chance. */
export function decompress(bytes: Uint8Array): Uint8Array {
  const isFrame = ZSTD_FRAME.every((byte, index) => bytes[index] === byte)
  return isFrame ? zstdDecompressSync(bytes, { maxOutputLength: MAX_CHUNK_BYTES }) : bytes
}

const ZSTD_FRAME = [0x28, 0xb5, 0x2f, 0xfd]
