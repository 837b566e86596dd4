import type { MessageRow } from '../../../client/src/rooms/messageLog.ts'

/** A message of a room, said by Anna at its second. */
export const message = (seq: number, change: Partial<MessageRow> = {}): MessageRow => ({
  id: `m${seq}`,
  room_id: 'room',
  seq,
  place: seq,
  author_id: 'anna',
  bot_name: null,
  bot_icon: null,
  previews: [],
  text: `message ${seq}`,
  content: null,
  files: [],
  created_at: `2026-03-03T10:00:${String(seq % 60).padStart(2, '0')}+00:00`,
  edited_at: null,
  deleted_at: null,
  thread_id: null,
  quote_id: null,
  forwarded_id: null,
  forwarded: null,
  reply_count: 0,
  last_reply_at: null,
  ...change,
})
