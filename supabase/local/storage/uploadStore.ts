import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { DataStore, ERRORS, Upload } from '@tus/server'
import { z } from 'zod'
import { flushDirectory, isVersion, nullIfMissing, writeAll } from './files.ts'

/** What is kept beside the bytes of an unfinished upload, as `<id>.json`. */
const uploadInfo = z.object({
  id: z.string(),
  /** Bytes; not there while the client does not know it. */
  size: z.number().optional(),
  metadata: z.record(z.string(), z.string().nullable()),
  /** ISO 8601. */
  createdAt: z.string(),
  /** Who may go on with it: a subject, or a role without one. */
  owner: z.string(),
})
type UploadInfo = z.infer<typeof uploadInfo>

interface Options {
  directory: string
  clock: () => number
  lifetimeMs: number
  /** Whether the upload has become an object: its bytes are no longer here then. */
  isCommitted(id: string): Promise<boolean>
  /** The bytes that come for an upload, for as long as they may. */
  whileAllowed(id: string, source: AsyncIterable<Buffer>): AsyncIterable<Buffer>
}

/** A file without its description, left by a crash, goes after so long. */
const STRAY_MS = 3600_000

/** Unfinished uploads on the disk. An offset is answered only once its bytes are flushed, so it holds after a crash. */
export class UploadStore extends DataStore {
  override extensions = ['creation', 'creation-with-upload', 'creation-defer-length', 'termination', 'expiration']
  readonly #options: Options
  /** Who asked for an upload that is being created. */
  readonly #expected = new Map<string, Pick<UploadInfo, 'owner' | 'metadata'>>()

  constructor(options: Options) {
    super()
    this.#options = options
  }

  pathOf(id: string): string {
    if (!isVersion(id)) throw ERRORS.FILE_NOT_FOUND
    return join(this.#options.directory, id)
  }

  /** Announces an upload: the protocol's create() does not know on whose behalf. */
  expect(id: string, owner: string, metadata: UploadInfo['metadata']): void {
    this.#expected.set(id, { owner, metadata })
  }

  forget(id: string): void {
    this.#expected.delete(id)
  }

  /** Its description; throws 404. */
  async describe(id: string): Promise<Pick<UploadInfo, 'owner' | 'metadata'>> {
    return this.#expected.get(id) ?? this.#read(id)
  }

  override async create(upload: Upload): Promise<Upload> {
    const expected = this.#expected.get(upload.id)
    if (!expected) throw ERRORS.FILE_NOT_FOUND
    const file = await open(this.pathOf(upload.id), 'wx', 0o600)
    await file.close()
    upload.creation_date = new Date(this.#options.clock()).toISOString()
    await this.#write({
      id: upload.id,
      ...(upload.size === undefined ? {} : { size: upload.size }),
      metadata: upload.metadata ?? {},
      createdAt: upload.creation_date,
      owner: expected.owner,
    })
    return upload
  }

  override async write(source: Readable, id: string, offset: number): Promise<number> {
    const file = await open(this.pathOf(id), 'r+').catch(nullIfMissing)
    if (!file) throw ERRORS.FILE_NO_LONGER_EXISTS
    let position = offset
    try {
      for await (const chunk of this.#options.whileAllowed(id, source as AsyncIterable<Buffer>)) {
        await writeAll(file, chunk, position)
        position += chunk.length
      }
    } finally {
      // What came before a connection broke counts too.
      await file.datasync().finally(() => file.close())
    }
    return position
  }

  override async getUpload(id: string): Promise<Upload> {
    const info = await this.#read(id)
    const found = await stat(this.pathOf(id)).catch(nullIfMissing)
    if (!found && !(info.size !== undefined && (await this.#options.isCommitted(id)))) throw ERRORS.FILE_NO_LONGER_EXISTS
    return new Upload({
      id,
      ...(info.size === undefined ? {} : { size: info.size }),
      offset: found ? found.size : (info.size ?? 0),
      metadata: info.metadata,
      creation_date: info.createdAt,
    })
  }

  override async declareUploadLength(id: string, size: number): Promise<void> {
    await this.#write({ ...(await this.#read(id)), size })
  }

  override async remove(id: string): Promise<void> {
    await this.removeBytes(id)
    await rm(`${this.pathOf(id)}.json`, { force: true })
  }

  /** After the upload became an object; the description stays, so that a client who missed the answer still learns of it. */
  async removeBytes(id: string): Promise<void> {
    await rm(this.pathOf(id), { force: true })
  }

  override getExpiration(): number {
    return this.#options.lifetimeMs
  }

  override async deleteExpired(): Promise<number> {
    const { directory, clock, lifetimeMs } = this.#options
    const names = new Set(await readdir(directory))
    let removed = 0
    for (const name of names) {
      const id = name.replace(/\.json(\.new)?$/, '')
      if (!isVersion(id)) continue
      const info = name === `${id}.json` ? await this.#read(id).catch(() => null) : null
      const isExpired = info && Date.parse(info.createdAt) + lifetimeMs < clock()
      const isStray = !info && (name.endsWith('.new') || !names.has(`${id}.json`)) && (await this.#age(name)) > STRAY_MS
      if (isExpired) await this.remove(id)
      else if (isStray) await rm(join(directory, name), { force: true })
      if (isExpired || isStray) removed++
    }
    return removed
  }

  async #age(name: string): Promise<number> {
    const found = await stat(join(this.#options.directory, name)).catch(nullIfMissing)
    return found ? this.#options.clock() - found.mtimeMs : 0
  }

  async #read(id: string): Promise<UploadInfo> {
    const text = await readFile(`${this.pathOf(id)}.json`, 'utf8').catch(nullIfMissing)
    if (text === null) throw ERRORS.FILE_NOT_FOUND
    return uploadInfo.parse(JSON.parse(text))
  }

  /** Whole or not at all, whatever happens in between. */
  async #write(info: UploadInfo): Promise<void> {
    const path = `${this.pathOf(info.id)}.json`
    const file = await open(`${path}.new`, 'w', 0o600)
    try {
      await file.writeFile(JSON.stringify(info))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(`${path}.new`, path)
    await flushDirectory(this.#options.directory)
  }
}
