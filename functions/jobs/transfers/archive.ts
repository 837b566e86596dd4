import { unzipSync } from 'fflate'
import { Refused } from './refused.ts'

export interface Archive {
  /** Paths with slashes, without the folders themselves. */
  paths: string[]
  read(path: string): Uint8Array<ArrayBuffer>
}

export interface ArchiveLimits {
  files: number
  fileBytes: number
  /** Of all files together, unpacked. */
  totalBytes: number
}

const MAX_DEPTH = 30
/** No text or picture of people is packed so tightly. */
const MAX_RATIO = 200
const RATIO_FROM_BYTES = 1024 * 1024

/** Looks into a ZIP archive without unpacking it. What it says about sizes is checked before anything is unpacked, and no more than it
 *  says is ever written: into memory of that size. */
export function openArchive(bytes: Uint8Array, limits: ArchiveLimits): Archive {
  const names = new Map<string, string>()
  let total = 0
  const refuse = (code: string, message: string) => {
    throw new Refused(code, message)
  }
  const look = ({ name, size, originalSize }: { name: string; size: number; originalSize: number }) => {
    total += originalSize
    if (names.size >= limits.files) refuse('archive_too_large', `The archive has more than ${limits.files} files.`)
    if (originalSize > limits.fileBytes || total > limits.totalBytes) refuse('archive_too_large', 'Unpacked, the archive is too large.')
    if (originalSize > RATIO_FROM_BYTES && originalSize > size * MAX_RATIO)
      refuse('archive_unsafe', 'The archive unpacks to far more than it should.')
    const path = name.replaceAll('\\', '/')
    if (path.endsWith('/')) return false
    const parts = path.split('/')
    if (path.startsWith('/') || /^[a-z]:/i.test(path) || path.includes('\0') || parts.includes('..') || parts.length > MAX_DEPTH) {
      refuse('archive_unsafe', 'The archive has a file that lies outside of it.')
    }
    const clean = parts.filter((part) => part && part !== '.').join('/')
    if (names.has(clean)) refuse('archive_unsafe', `The archive has two files of the name “${clean.slice(0, 100)}”.`)
    names.set(clean, name)
    return false
  }
  unzip(bytes, look)
  return {
    paths: [...names.keys()].filter((path) => !/(^|\/)(__MACOSX\/|\.DS_Store$|Thumbs\.db$)/.test(path)),
    read(path) {
      const name = names.get(path)
      const unpacked = name === undefined ? undefined : unzip(bytes, (file) => file.name === name)[name]
      if (!unpacked) throw new Refused('archive_invalid', 'A file of the archive cannot be read.')
      return unpacked as Uint8Array<ArrayBuffer>
    },
  }
}

function unzip(bytes: Uint8Array, filter: (file: { name: string; size: number; originalSize: number }) => boolean) {
  try {
    return unzipSync(bytes, { filter })
  } catch (error) {
    if (error instanceof Refused) throw error
    throw new Refused('archive_invalid', 'This is no ZIP archive, or it is damaged.')
  }
}
