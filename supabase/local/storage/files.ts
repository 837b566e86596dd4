import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, type FileHandle, link, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { tooLarge } from './errors.ts'

/** The bytes of one version of an object, on the disk and flushed. */
export interface StoredFile {
  version: string
  /** Bytes. */
  size: number
  /** SHA-256 in hex. */
  digest: string
}

/** The files below the data directory: each write is a new file, named by its version, so nothing is ever overwritten.
 *  A file without a row is an orphan, which sweep() removes; a row without a file must never be. */
export interface Files {
  /** Where unfinished resumable uploads lie. */
  uploads: string
  /** Gives a new version to `work`; the sweep leaves its file alone until `work` ends. */
  withVersion<T>(work: (version: string) => Promise<T>, version?: string): Promise<T>
  /** Writes a stream and flushes file and directory. Leaves nothing when the stream fails or is longer than `limit` bytes (413). */
  write(version: string, source: AsyncIterable<Buffer>, limit: number): Promise<StoredFile>
  /** Gives a finished file in `uploads` a second name, as a version; its first name stays the caller's to remove. */
  adopt(version: string, path: string): Promise<StoredFile>
  /** Copies a version; null when it has no file. */
  copy(from: string, to: string): Promise<StoredFile | null>
  /** Opens for reading; null when there is no such file. The caller closes it. */
  open(version: string): Promise<FileHandle | null>
  /** Removes files that no row names any more; one that is not there is no error. */
  remove(versions: string[]): Promise<void>
  /** Removes files last written before `before` (ms) that `known` does not name. Returns how many. */
  sweep(before: number, known: (versions: string[]) => Promise<Set<string>>): Promise<number>
}

const VERSION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const SHARDS = Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'))

export const isVersion = (text: string) => VERSION.test(text)

export async function openFiles(directory: string): Promise<Files> {
  const versions = join(directory, 'versions')
  const uploads = join(directory, 'uploads')
  await mkdir(uploads, { recursive: true, mode: 0o700 })
  for (const shard of SHARDS) await mkdir(join(versions, shard), { recursive: true, mode: 0o700 })
  await flushDirectory(versions)
  await flushDirectory(directory)
  /** Versions whose row is not committed yet, or about to go. */
  const busy = new Set<string>()

  // A version comes from a row, and a row may hold anything: only our own kind of name becomes a path.
  const pathOf = (version: string) => (isVersion(version) ? join(versions, version.slice(0, 2), version) : null)
  const newPath = (version: string) => {
    const path = pathOf(version)
    if (!path) throw new Error('A version must be a lower-case UUID')
    return path
  }

  async function remove(gone: string[]): Promise<void> {
    for (const version of gone) {
      const path = pathOf(version)
      if (path) await rm(path, { force: true })
    }
  }

  return {
    uploads,
    remove,

    async withVersion(work, version = randomUUID()) {
      busy.add(version)
      try {
        return await work(version)
      } finally {
        busy.delete(version)
      }
    },

    async write(version, source, limit) {
      const path = newPath(version)
      const file = await open(path, 'wx', 0o600)
      try {
        const written = await drainInto(file, source, limit)
        await file.sync()
        await file.close()
        await flushDirectory(dirname(path))
        return { version, ...written }
      } catch (error) {
        await file.close().catch(() => {}) // closed already, or beyond repair: either way it goes
        await rm(path, { force: true })
        throw error
      }
    },

    async adopt(version, path) {
      const measured = await measure(path)
      const target = newPath(version)
      await link(path, target).catch((error: unknown) => {
        // An attempt that a crash cut short made it already.
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
      })
      await flushDirectory(dirname(target))
      return { version, ...measured }
    },

    async copy(from, to) {
      const source = pathOf(from)
      const target = newPath(to)
      if (!source) return null
      try {
        await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
        const measured = await measure(target)
        await flushDirectory(dirname(target))
        return { version: to, ...measured }
      } catch (error) {
        await rm(target, { force: true })
        return nullIfMissing(error)
      }
    },

    async open(version) {
      const path = pathOf(version)
      return path ? open(path, 'r').catch(nullIfMissing) : null
    },

    async sweep(before, known) {
      let removed = 0
      for (const shard of SHARDS) {
        const names = (await readdir(join(versions, shard))).filter((name) => isVersion(name) && !busy.has(name))
        for (let start = 0; start < names.length; start += 1000) {
          const old: string[] = []
          for (const name of names.slice(start, start + 1000)) {
            const found = await stat(newPath(name)).catch(nullIfMissing)
            if (found && found.mtimeMs < before) old.push(name)
          }
          if (old.length === 0) continue
          const kept = await known(old)
          const orphans = old.filter((name) => !kept.has(name))
          await remove(orphans)
          removed += orphans.length
        }
      }
      return removed
    },
  }
}

/** So much is gathered before it is written: each write costs a trip to another thread. */
const BATCH_BYTES = 1 << 18

/** Writes one batch while the next arrives. */
async function drainInto(file: FileHandle, source: AsyncIterable<Buffer>, limit: number): Promise<{ size: number; digest: string }> {
  const hash = createHash('sha256')
  let size = 0
  let batch: Buffer[] = []
  let batched = 0
  let writing = Promise.resolve()

  async function flush(): Promise<void> {
    await writing
    writing = writeAll(file, Buffer.concat(batch))
    // Awaited at the next flush; until then a failed write must not bring the process down.
    writing.catch(() => {})
    batch = []
    batched = 0
  }

  try {
    for await (const chunk of source) {
      size += chunk.length
      if (size > limit) throw tooLarge()
      hash.update(chunk)
      batch.push(chunk)
      batched += chunk.length
      if (batched >= BATCH_BYTES) await flush()
    }
    await flush()
    await writing
  } finally {
    await writing.catch(() => {}) // The file is closed next, and the error that matters is on its way.
  }
  return { size, digest: hash.digest('hex') }
}

/** Reads a finished file once and flushes it. */
async function measure(path: string): Promise<{ size: number; digest: string }> {
  const file = await open(path, 'r+')
  try {
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of file.createReadStream({ autoClose: false, start: 0, highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
      hash.update(chunk)
      size += chunk.length
    }
    await file.sync()
    return { size, digest: hash.digest('hex') }
  } finally {
    await file.close()
  }
}

/** A disk may take less than it is given. */
export async function writeAll(file: FileHandle, chunk: Buffer, position: number | null = null): Promise<void> {
  let done = 0
  while (done < chunk.length) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position === null ? null : position + done)
    done += bytesWritten
  }
}

/** A new name in a directory survives a power cut only once the directory itself is flushed. */
export async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  await directory.sync().finally(() => directory.close())
}

export function nullIfMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
  throw error
}
