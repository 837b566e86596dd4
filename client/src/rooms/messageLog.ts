import type { ContentNode } from '../islands/contract.ts'
import type { MessageFile } from './outgoing.ts'

/** A message as the server has it. */
export interface MessageRow {
  id: string
  room_id: string
  /** 1, 2, 3 … in its room, threads included; a gap is what was forgotten. */
  seq: number
  /** The same outside of threads; null in one. */
  place: number | null
  author_id: string | null
  /** Null when it was deleted. */
  text: string | null
  /** The text with its formats, as ProseMirror writes it; null when it has none. */
  content: ContentNode | null
  files: readonly MessageFile[]
  created_at: string
  edited_at: string | null
  deleted_at: string | null
  /** The first message of the thread that it stands in. */
  thread_id: string | null
  /** The message that it answers. */
  quote_id: string | null
  /** The message that it passes on, and what that said. */
  forwarded_id: string | null
  forwarded: ForwardedMessage | null
  /** How many replies stand in the thread that it begins. */
  reply_count: number
  last_reply_at: string | null
  /** Under which name something else than a person posted it. */
  bot_name: string | null
  /** The emoji that a webhook posted it with. */
  bot_icon: string | null
  /** What the pages that it names say about themselves. */
  previews: LinkPreview[]
}

/** The card of a page, in its own words. */
export interface LinkPreview {
  id: string
  url: string
  title: string
  description: string
  site: string
  /** Its size; the picture is the object <id> of the bucket link-previews. */
  image: { width: number; height: number } | null
}

/** A message as it was when somebody passed it on. */
export interface ForwardedMessage {
  author_id: string | null
  bot_name: string | null
  room_id: string
  created_at: string
  text: string | null
  content: ContentNode | null
  /** What hangs on it still; older ones do not say. */
  files?: readonly MessageFile[]
}

/** What is known of a room or a thread: a stretch of its messages, by id. Never changed, always replaced. */
export type MessageLog = ReadonlyMap<string, MessageRow>

export const emptyLog: MessageLog = new Map()

/** Adds what arrived, in whatever order and however often. Of two versions of a message the later one stays. */
export function merge(log: MessageLog, arrived: readonly MessageRow[]): MessageLog {
  const rows = new Map(log)
  for (const row of arrived) {
    const known = rows.get(row.id)
    if (!known || isLater(row, known)) rows.set(row.id, row)
  }
  return rows
}

/** Puts a message into the log as this person wants it, before the server has answered; `merge` would call it old. */
export function overwrite(log: MessageLog, row: MessageRow): MessageLog {
  return new Map(log).set(row.id, row)
}

function isLater(row: MessageRow, known: MessageRow): boolean {
  if (known.deleted_at) return false
  if (row.deleted_at) return true
  const [edited, before] = [row.edited_at ?? '', known.edited_at ?? '']
  return edited === before ? (row.last_reply_at ?? '') >= (known.last_reply_at ?? '') : edited > before
}

/** The known messages in order. */
export function inOrder(log: MessageLog): MessageRow[] {
  return [...log.values()].sort((left, right) => left.seq - right.seq)
}

/** Keeps the first or the last so many messages. */
export function keepSome(log: MessageLog, count: number, from: 'start' | 'end'): MessageLog {
  const all = inOrder(log)
  const kept = from === 'start' ? all.slice(0, count) : all.slice(-count)
  return new Map(kept.map((row) => [row.id, row]))
}

/** Numbers of the first message, the last one, and the last one before which none is missing; zeros when there are none. Up to `readTo`
 *  the server was asked: what is not there is no more, for old messages are forgotten. In a thread nothing tells whether one is missing. */
export function stretchOf(log: MessageLog, readTo = 0): { first: number; last: number; complete: number } {
  const rows = inOrder(log)
  let complete = rows.findLast((row) => row.seq <= readTo) ?? rows[0]
  for (const row of rows) if (complete && (row.place === null || row.place === (complete.place ?? 0) + 1)) complete = row
  return { first: rows[0]?.seq ?? 0, last: rows.at(-1)?.seq ?? 0, complete: complete?.seq ?? 0 }
}

/** Without messages that are gone for good. */
export function without(log: MessageLog, ids: readonly string[]): MessageLog {
  const gone = new Set(ids)
  return new Map([...log].filter(([id]) => !gone.has(id)))
}

/** That a message is there, and how many replied to it. */
export type Standing = Pick<MessageRow, 'id' | 'reply_count' | 'last_reply_at'>

/** The log after the server was asked which of these messages are still there, and how many replied. What has changed since is newer. */
export function reconcile(log: MessageLog, asked: readonly MessageRow[], standing: readonly Standing[]): MessageLog {
  const found = new Map(standing.map((row) => [row.id, row]))
  const rows = new Map(log)
  for (const row of asked) {
    const now = found.get(row.id)
    if (!now) rows.delete(row.id)
    else if (now.reply_count !== row.reply_count && rows.get(row.id) === row) rows.set(row.id, { ...row, ...now })
  }
  return rows
}

/** The moment of the latest thing that is known to have happened here: what changed since is asked for after a silence. */
export function latestChange(log: MessageLog): string | null {
  let latest: string | null = null
  for (const row of log.values()) {
    for (const time of [row.created_at, row.edited_at, row.deleted_at, row.last_reply_at]) {
      if (time && (latest === null || time > latest)) latest = time
    }
  }
  return latest
}
