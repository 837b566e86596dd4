import { createSignal } from 'solid-js'
import type { Row } from '../../../sql/types.gen.ts'
import { rest, rows } from '../supabase.ts'

export type AuditEvent = Row<'audit_events'>

export interface AuditFilter {
  /** What it happened to, such as `member`. */
  kind?: string | undefined
  /** Who did it, or whose rights changed. */
  person?: string | undefined
  /** A day, as `2026-11-22`, in this browser's time zone. */
  since?: string | undefined
}

const shownAtOnce = 50
/** PostgREST gives at most this many rows at once. */
const exportedAtOnce = 1000

/** The audit log of a workspace, newest first, page by page. */
export function createAuditLog(workspace: () => string, filter: () => AuditFilter) {
  const [events, setEvents] = createSignal<AuditEvent[]>()
  const [hasMore, setHasMore] = createSignal(false)
  const [problem, setProblem] = createSignal<unknown>()
  let asked = 0

  async function show(before: readonly AuditEvent[]) {
    const turn = ++asked
    try {
      const found = await readEvents(workspace(), filter(), shownAtOnce + 1, before.at(-1)?.id)
      // What was asked for later has come, or will.
      if (turn !== asked) return
      setHasMore(found.length > shownAtOnce)
      setEvents([...before, ...found.slice(0, shownAtOnce)])
      setProblem(undefined)
    } catch (error) {
      if (turn === asked) setProblem(error)
    }
  }

  return {
    /** Undefined before the first answer. */
    events,
    hasMore,
    problem,
    reload: () => show([]),
    showOlder: () => show(events() ?? []),

    /** Every event that fits, however many.
     *  @throws {ProblemError} */
    async all(): Promise<AuditEvent[]> {
      const found: AuditEvent[] = []
      for (;;) {
        const next = await readEvents(workspace(), filter(), exportedAtOnce, found.at(-1)?.id)
        found.push(...next)
        if (next.length < exportedAtOnce) return found
      }
    },
  }
}

function readEvents(workspace: string, filter: AuditFilter, limit: number, before: number | undefined): Promise<AuditEvent[]> {
  let query = rest.from('audit_events').select('*').eq('workspace_id', workspace)
  if (filter.kind) query = query.like('action', `${filter.kind}.*`)
  if (filter.person) query = query.or(`actor_id.eq.${filter.person},user_id.eq.${filter.person}`)
  if (filter.since) query = query.gte('at', new Date(`${filter.since}T00:00`).toISOString())
  if (before !== undefined) query = query.lt('id', before)
  return rows(query.order('id', { ascending: false }).limit(limit))
}
