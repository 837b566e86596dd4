/** A message as the server has it. */
export interface MessageRow {
  id: string
  room_id: string
  /** 1, 2, 3 … in its room, without gaps. */
  seq: number
  author_id: string | null
  /** Null when it was deleted. */
  text: string | null
  created_at: string
  edited_at: string | null
  deleted_at: string | null
}

/** A message that is on its way, or could not go. */
export interface PendingMessage {
  id: string
  text: string
  createdAt: string
  /** Why it did not go, as a sentence. */
  problem: string | null
}

/** What is known of a room: a stretch of its messages, by id, and what this person is sending. Never changed, always replaced. */
export interface MessageLog {
  rows: ReadonlyMap<string, MessageRow>
  pending: readonly PendingMessage[]
}

export const emptyLog: MessageLog = { rows: new Map(), pending: [] }

/** Adds what arrived, in whatever order and however often. Of two versions of a message the later one stays. */
export function merge(log: MessageLog, arrived: readonly MessageRow[]): MessageLog {
  const rows = new Map(log.rows)
  for (const row of arrived) {
    const known = rows.get(row.id)
    if (!known || isLater(row, known)) rows.set(row.id, row)
  }
  const pending = log.pending.filter((message) => !rows.has(message.id))
  return { rows, pending: pending.length === log.pending.length ? log.pending : pending }
}

/** Puts a message into the log as this person wants it, before the server has answered; `merge` would call it old. */
export function overwrite(log: MessageLog, row: MessageRow): MessageLog {
  return { ...log, rows: new Map(log.rows).set(row.id, row) }
}

function isLater(row: MessageRow, known: MessageRow): boolean {
  if (known.deleted_at) return false
  if (row.deleted_at) return true
  return (row.edited_at ?? '') > (known.edited_at ?? '')
}

/** The known messages in order. */
export function inOrder(log: MessageLog): MessageRow[] {
  return [...log.rows.values()].sort((left, right) => left.seq - right.seq)
}

/** Numbers of the first message, the last one, and the last one before which none is missing; zeros when there are none. */
export function stretchOf(log: MessageLog): { first: number; last: number; complete: number } {
  const numbers = [...log.rows.values()].map((row) => row.seq).sort((left, right) => left - right)
  const first = numbers[0] ?? 0
  let complete = first
  for (const number of numbers) if (number === complete + 1) complete = number
  return { first, last: numbers.at(-1) ?? 0, complete }
}

/** The moment of the latest thing that is known to have happened here: what changed since is asked for after a silence. */
export function latestChange(log: MessageLog): string | null {
  let latest: string | null = null
  for (const row of log.rows.values()) {
    for (const time of [row.created_at, row.edited_at, row.deleted_at]) if (time && (latest === null || time > latest)) latest = time
  }
  return latest
}

export function addPending(log: MessageLog, message: PendingMessage): MessageLog {
  return log.rows.has(message.id) ? log : { ...log, pending: [...log.pending, message] }
}

/** Says why a message did not go; null puts it on its way again. */
export function setProblem(log: MessageLog, id: string, problem: string | null): MessageLog {
  return { ...log, pending: log.pending.map((message) => (message.id === id ? { ...message, problem } : message)) }
}

export function dropPending(log: MessageLog, id: string): MessageLog {
  return { ...log, pending: log.pending.filter((message) => message.id !== id) }
}
