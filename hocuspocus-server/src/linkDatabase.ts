import type { Sql } from 'postgres'
import type { LinkedPage } from './database.ts'
import type { FolderFile } from './sendFolder.ts'
import type { Claims } from './tokens.ts'

export interface LinkedFolder {
  id: string
  name: string
  is_folder: boolean
  size: number | null
  mime: string | null
  updated_at: string
  downloads: boolean
  uploads: boolean
  expires_at: string | null
  trail: { id: string; name: string }[]
  files: Pick<LinkedFolder, 'id' | 'name' | 'is_folder' | 'size' | 'mime' | 'updated_at'>[]
}

export interface LinkedFile {
  id: string
  path: string
  name: string
  mime: string
  size: number
  downloads: boolean
  /** The folders in which it is, from the one that was asked for. */
  folders: string[]
  updated_at: Date
}

/** What somebody may be told who drops too much, or what is refused. */
export interface DropRefusal {
  message: string
}

/** Everything that is asked of the database for whoever has a link, and for whoever saves a folder. What leads nowhere is null. */
export interface LinkDatabase {
  /** What whoever has this link reads, see `atrium_private.read_link`; why not, when it leads nowhere. */
  readLink(token: string, password: string | null): Promise<LinkedPage | 'link_not_found' | 'link_expired'>
  /** Whether a file is of the document that this link leads to, see `atrium_private.linked_file`. */
  mayReadLinkedFile(token: string, pass: string | null, bucket: string, name: string): Promise<boolean>
  /** The file or folder that a link leads to, or one inside of it. */
  linkedFolder(token: string, pass: string | null, at: string | null, isArrival: boolean): Promise<LinkedFolder | null>
  /** A file that a link shows, or every file in a folder. */
  linkedFiles(token: string, pass: string | null, at: string): Promise<LinkedFile[] | null>
  beginDrop(
    token: string,
    pass: string | null,
    name: string,
    mostBytes: number,
  ): Promise<{ id: string; path: string; name: string } | DropRefusal>
  cancelDrop(id: string): Promise<void>
  /** The name of a folder that a person sees. */
  folderOf(claims: Claims, id: string): Promise<string | null>
  filesIn(claims: Claims, folder: string): Promise<FolderFile[] | null>
  maySeeFile(claims: Claims, id: string): Promise<boolean>
}

interface Connection {
  /** A pool that works, see createPool. */
  sql(): Sql
  withDeadline<T>(work: PromiseLike<T>): Promise<T>
  sqlState(error: unknown): string | undefined
}

export function createLinkDatabase({ sql, withDeadline, sqlState }: Connection): LinkDatabase {
  /** What leads nowhere any more, or needs a password, is null. */
  async function orNull<T>(work: PromiseLike<T>): Promise<T | null> {
    return withDeadline(work).catch((error: unknown) => {
      if (['PT401', 'PT404', 'PT410'].includes(sqlState(error) ?? '')) return null
      throw error
    })
  }

  /** Asks under the policies, as a person. */
  function asPerson<Row>(claims: Claims, ask: (on: Sql) => PromiseLike<unknown>): Promise<Row[] | null> {
    const asked = sql().begin(async (transaction) => {
      const [, rows] = await Promise.all([
        transaction`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`,
        ask(transaction as unknown as Sql),
      ])
      return rows as Row[]
    })
    return orNull(asked as Promise<Row[]>)
  }

  return {
    async readLink(token, password) {
      try {
        const [page] = await withDeadline(sql()<LinkedPage[]>`select * from atrium_private.read_link(${token}, ${password})`)
        return page ?? 'link_not_found'
      } catch (error) {
        if (sqlState(error) === 'PT404') return 'link_not_found'
        if (sqlState(error) === 'PT410') return 'link_expired'
        throw error
      }
    },

    async mayReadLinkedFile(token, pass, bucket, name) {
      const found = await orNull(sql()<{ may: boolean | null }[]>`
        select atrium_private.linked_file(${token}, ${pass}, ${bucket}, ${name}) as may`)
      return found?.[0]?.may === true
    },

    async linkedFolder(token, pass, at, isArrival) {
      const found = await orNull(sql()<{ folder: LinkedFolder }[]>`
        select atrium_private.linked_folder(${token}, ${pass}, ${at}, ${isArrival}) as folder`)
      return found?.[0]?.folder ?? null
    },

    async linkedFiles(token, pass, at) {
      const found = await orNull(sql()<(Omit<LinkedFile, 'size'> & { size: string })[]>`
        select * from atrium_private.linked_files(${token}, ${pass}, ${at})`)
      return found?.map((file) => ({ ...file, size: Number(file.size) })) ?? null
    },

    async beginDrop(token, pass, name, mostBytes) {
      const work = sql()<{ id: string; path: string; name: string }[]>`
        select id, path, name from atrium_private.begin_drop(${token}, ${pass}, ${name}, ${mostBytes})`
      return withDeadline(work).then(
        ([upload]) => upload ?? { message: 'This cannot be taken.' },
        (error: unknown) => {
          if (!sqlState(error)?.startsWith('PT4')) throw error
          return { message: (error as Error).message }
        },
      )
    },

    folderOf: async (claims, id) =>
      (
        await asPerson<{ name: string }>(
          claims,
          (on) => on`select name from atrium.files where id = ${id} and is_folder and trashed_at is null`,
        )
      )?.[0]?.name ?? null,

    async filesIn(claims, folder) {
      const found = await asPerson<Omit<FolderFile, 'size'> & { size: string }>(
        claims,
        (on) => on`select * from atrium.folder_files(${folder})`,
      )
      return found?.map((file) => ({ ...file, size: Number(file.size) })) ?? null
    },

    maySeeFile: async (claims, id) =>
      ((await asPerson(claims, (on) => on`select from atrium.files where id = ${id} and trashed_at is null`)) ?? []).length > 0,

    async cancelDrop(id) {
      await withDeadline(sql()`select atrium_private.cancel_drop(${id})`)
    },
  }
}
