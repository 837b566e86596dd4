import { createMemo, createSignal } from 'solid-js'
import { createStore, reconcile } from 'solid-js/store'
import type { Result } from '../../../sql/types.gen.ts'
import { rpc } from '../supabase.ts'

export type Notice = Result<'my_inbox'>[number]
export type InboxState = 'open' | 'unread' | 'snoozed' | 'done'
export type Topic = 'all' | 'mentions' | 'messages' | 'threads' | 'comments' | 'pages' | 'tasks' | 'other'

const pageRows = 100

const topicOf: Record<string, Topic> = {
  direct: 'messages',
  message: 'messages',
  reaction: 'messages',
  reminder: 'messages',
  scheduled_failed: 'messages',
  mention: 'mentions',
  comment_mention: 'mentions',
  document_mention: 'mentions',
  task_mention: 'mentions',
  reply: 'threads',
  comment_reply: 'comments',
  comment: 'comments',
  comment_resolved: 'comments',
  document_changed: 'pages',
  suggestion: 'pages',
  suggestion_decided: 'pages',
  task_assigned: 'tasks',
  task_comment: 'tasks',
  task_status: 'tasks',
  task_due: 'tasks',
}

export const isAbout = (notice: Notice, topic: Topic): boolean => topic === 'all' || (topicOf[notice.kind] ?? 'other') === topic

export interface NoticeGroup {
  key: string
  notices: Notice[]
}

/** By object, and in rooms by thread; the group with the latest notification first. */
export function groupsOf(notices: readonly Notice[]): NoticeGroup[] {
  const groups = new Map<string, Notice[]>()
  for (const notice of notices) {
    const key = notice.object_type === 'room' && notice.thread_id ? notice.thread_id : notice.object_id
    const group = groups.get(key)
    if (group) group.push(notice)
    else groups.set(key, [notice])
  }
  return [...groups].map(([key, found]) => ({ key, notices: found }))
}

/** The notifications of one workspace in one state; none where somebody only has pages by link. Changes are painted at once and put back when the server refuses them. */
export function createInbox(workspace: () => string | undefined, state: () => InboxState) {
  const [list, setList] = createStore<{ rows: Notice[] }>({ rows: [] })
  const [loaded, setLoaded] = createSignal(false)
  const [problem, setProblem] = createSignal<unknown>()
  const [hasMore, setHasMore] = createSignal(false)
  let asked = 0

  const read = (before?: string) =>
    rpc<Notice[]>('my_inbox', { workspace_id: workspace(), state: state(), most: pageRows, ...(before && { before }) })

  /** Reads again as much as is shown, up to what one answer holds. */
  async function reload(): Promise<void> {
    const turn = ++asked
    try {
      const rows = workspace() ? await read() : []
      if (turn !== asked) return
      setList('rows', reconcile(rows, { key: 'id' }))
      setHasMore(rows.length === pageRows)
      setProblem(undefined)
      setLoaded(true)
    } catch (error) {
      if (turn === asked) setProblem(error)
    }
  }

  async function loadMore(): Promise<void> {
    const last = list.rows.at(-1)
    if (!last) return
    const turn = ++asked
    const rows = await read(last.touched_at)
    if (turn !== asked) return
    setList('rows', (known) => [...known, ...rows.filter((row) => !known.some((other) => other.id === row.id))])
    setHasMore(rows.length === pageRows)
  }

  async function change(ids: readonly string[], patch: Partial<Notice>, isHere: boolean, ask: () => Promise<unknown>): Promise<void> {
    const before = list.rows
    if (isHere) setList('rows', (row) => ids.includes(row.id), patch)
    else setList('rows', (known) => known.filter((row) => !ids.includes(row.id)))
    try {
      await ask()
    } catch (error) {
      setList('rows', reconcile(before, { key: 'id' }))
      throw error
    }
  }

  const mark = (ids: readonly string[], to: 'read' | 'unread' | 'done' | 'open') => {
    const now = new Date().toISOString()
    const patch = { read: { read_at: now }, unread: { read_at: null }, done: { done_at: now, read_at: now }, open: { done_at: null } }[to]
    const isHere = to === 'done' ? state() === 'done' : to === 'open' ? state() === 'open' : true
    return change(ids, patch, isHere, () => rpc('mark_notifications', { ids, state: to }))
  }

  return {
    rows: () => list.rows,
    unread: createMemo(() => list.rows.filter((row) => !row.read_at).length),
    loaded,
    problem,
    hasMore,
    reload,
    loadMore,
    clear() {
      asked++
      setLoaded(false)
      setList('rows', [])
    },
    mark,
    snooze: (ids: readonly string[], until: Date) =>
      change(ids, { snoozed_until: until.toISOString() }, state() === 'snoozed', () =>
        rpc('snooze_notifications', { ids, until: until.toISOString() }),
      ),
    async markAll(to: 'read' | 'done') {
      await rpc('mark_all_notifications', { workspace_id: workspace(), state: to })
      await reload()
    },
  }
}

/** The times that snoozing offers, of those that are still ahead. */
export function snoozeTimes(now = new Date()): { name: 'hours' | 'evening' | 'tomorrow' | 'monday'; at: Date }[] {
  const at = (days: number, hour: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour)
  return [
    { name: 'hours' as const, at: new Date(now.getTime() + 3 * 60 * 60_000) },
    { name: 'evening' as const, at: at(0, 18) },
    { name: 'tomorrow' as const, at: at(1, 9) },
    { name: 'monday' as const, at: at((8 - now.getDay()) % 7 || 7, 9) },
  ].filter((choice) => choice.at > now)
}
