import { createSignal } from 'solid-js'
import type { Blame, Content, DiffAnswer, Replay } from '../../../../hocuspocus-server/src/history/answers.ts'
import type { Row } from '../../../../sql/types.gen.ts'
import { ProblemError, problemOf } from '../../errors.ts'
import { fetchAsPerson, rest, rows, rpc } from '../../supabase.ts'

/** A version in lists; what it says is read when it is opened. */
export type VersionRow = Omit<Row<'document_versions'>, 'document_id' | 'space_id' | 'trashed'>

const columns = 'id,name,named_by,from_at,at,authors,edits,words,words_added,words_removed'
const pageSize = 60
/** The server applies a command in milliseconds; a busy one may need longer. */
const patienceMs = 15_000
const askAgainMs = 150

/** What stands in the address for the page as it is. */
export const now = 'now'

export interface RestoreWhat {
  version?: string | undefined
  at?: string | undefined
  author?: string | undefined
  block?: number | undefined
}

/** The versions of one page, newest first, and what can be asked about them. */
export function createHistory(documentId: string) {
  const [versions, setVersions] = createSignal<VersionRow[]>([])
  const [loaded, setLoaded] = createSignal(false)
  const [complete, setComplete] = createSignal(false)
  const [onlyNamed, setOnlyNamed] = createSignal(false)

  function query(count: number, before?: string) {
    let found = rest.from('document_versions').select(columns).eq('document_id', documentId)
    if (onlyNamed()) found = found.not('name', 'is', null)
    if (before) found = found.lt('at', before)
    return rows<VersionRow[]>(found.order('at', { ascending: false }).limit(count))
  }

  /** Reads what is shown again, and what is new. */
  async function reload(): Promise<void> {
    const count = Math.max(pageSize, versions().length)
    const found = await query(count)
    setVersions(found)
    setComplete(found.length < count)
    setLoaded(true)
  }

  async function get(path: string): Promise<Response> {
    const response = await fetchAsPerson(`/collab/documents/${documentId}/${path}`).catch((): never => {
      throw new ProblemError(0, 'offline', '')
    })
    if (response.ok) return response
    throw problemOf((await response.json().catch(() => ({}))) as { code?: string; message?: string }, response.status)
  }

  const ask = async <Answer>(path: string) => (await (await get(path)).json()) as Answer

  const instant = (version: string) => encodeURIComponent(version)
  const place = (version: string) => (version === now ? 'at/now' : `versions/${instant(version)}`)

  return {
    versions,
    loaded,
    complete,
    onlyNamed,
    reload,
    async showOnlyNamed(only: boolean) {
      setOnlyNamed(only)
      setVersions([])
      await reload()
    },
    async more() {
      const found = await query(pageSize, versions().at(-1)?.at)
      setVersions([...versions(), ...found])
      setComplete(found.length < pageSize)
    },
    find: (id: string) => versions().find((version) => version.id === id),
    content: (version: string) => ask<Content>(place(version)),
    markdown: async (version: string) => (await get(`${place(version)}?format=markdown`)).text(),
    diff: (from: string, to: string) => ask<DiffAnswer>(`diff?from=${instant(from)}&to=${instant(to)}`),
    blame: (version: string) => ask<Blame>(`blame?at=${instant(version)}`),
    replay: (from: string | undefined, to: string) => ask<Replay>(`replay?${from ? `from=${instant(from)}&` : ''}to=${instant(to)}`),
    async name(name: string): Promise<void> {
      await rpc('name_version', { document_id: documentId, name })
      await reload()
    },
    async rename(id: string, name: string | null): Promise<void> {
      await rpc('rename_version', { version_id: id, name })
      await reload()
    },
    /** Restores, and waits until it is done.
     *  @returns false when it takes longer than anybody waits
     *  @throws {ProblemError} */
    async restore({ version, at, author, block }: RestoreWhat): Promise<boolean> {
      const command = await rpc<string>('restore_version', {
        document_id: documentId,
        version_id: version ?? null,
        at: at ?? null,
        author_id: author ?? null,
        block: block ?? null,
      })
      const deadline = Date.now() + patienceMs
      while (Date.now() < deadline) {
        const [state] = await rpc<{ state: string; code: string | null; message: string | null }[]>('command_state', { id: command })
        if (state?.state === 'done') return true
        if (state?.state === 'failed') throw new ProblemError(409, state.code ?? 'unknown', state.message ?? '')
        await new Promise((resolve) => setTimeout(resolve, askAgainMs))
      }
      return false
    },
  }
}

export type PageHistory = ReturnType<typeof createHistory>

let latest: { documentId: string; history: PageHistory } | undefined

/** The history of a page; its panel and the place in which a version is shown share it. */
export function useHistory(documentId: string): PageHistory {
  if (latest?.documentId !== documentId) latest = { documentId, history: createHistory(documentId) }
  return latest.history
}
