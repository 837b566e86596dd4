import { inOrder, type MessageLog, type MessageRow } from './messageLog.ts'
import type { WaitingMessage } from './outgoingMessages.ts'

/** Messages of one person that follow within this time stand under one name. */
const groupMs = 5 * 60_000

/** A line of the list: a message with what stands above it. */
export interface MessageItem {
  id: string
  authorId: string | null
  createdAt: string
  row: MessageRow | null
  pending: WaitingMessage | null
  /** The day begins here. */
  startsDay: boolean
  /** What this person has not read begins here. */
  startsUnread: boolean
  /** The author's name stands here. */
  startsGroup: boolean
}

interface ItemOptions {
  me: string
  /** The last message that was read when the person came; null draws no line. */
  readSeq: number | null
  /** The day of a moment where the person is. */
  dayOf(time: string): string
}

/** The log as it is shown, from the oldest to what is still on its way. */
export function messageItems(log: MessageLog, pending: readonly WaitingMessage[], { me, readSeq, dayOf }: ItemOptions): MessageItem[] {
  const items: MessageItem[] = []
  let unreadShown = readSeq === null
  const add = (item: Pick<MessageItem, 'id' | 'authorId' | 'createdAt' | 'row' | 'pending'>) => {
    const before = items.at(-1)
    const startsDay = !before || dayOf(before.createdAt) !== dayOf(item.createdAt)
    const isUnread = item.row !== null && readSeq !== null && item.row.seq > readSeq && item.authorId !== me
    const startsUnread = !unreadShown && isUnread
    unreadShown ||= startsUnread
    const isClose = before !== undefined && Date.parse(item.createdAt) - Date.parse(before.createdAt) < groupMs
    // Apps have no id: their names tell them apart.
    const isOther = before?.authorId !== item.authorId || (before?.row?.bot_name ?? null) !== (item.row?.bot_name ?? null)
    const startsGroup = startsDay || startsUnread || !isClose || isOther
    items.push({ ...item, startsDay, startsUnread, startsGroup })
  }
  for (const row of inOrder(log)) add({ id: row.id, authorId: row.author_id, createdAt: row.created_at, row, pending: null })
  for (const entry of pending)
    if (!log.has(entry.id)) add({ id: entry.id, authorId: me, createdAt: entry.createdAt, row: null, pending: entry })
  return items
}

/** What a person wrote last, also when it is still on its way, and may change. */
export function lastOf(items: readonly MessageItem[], me: string): MessageItem | undefined {
  return items.findLast(({ authorId, row }) => authorId === me && (row === null || row.text !== null))
}

/** What is on its way may have arrived: it is changed when the server has it, or has refused it. */
export const isChangeable = ({ row, pending }: MessageItem): boolean => row !== null || Boolean(pending?.problem)
