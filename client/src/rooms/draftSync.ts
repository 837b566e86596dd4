import { rest, rows, rpc } from '../supabase.ts'
import { type Draft, type DraftPlace, draftOf, forgetEmptyDraft, keepDraft } from './drafts.ts'

interface DraftRow {
  text: string
  content: Draft['content']
  updated_at: string
}

const pauseMs = 1200
const waiting = new Map<string, { place: DraftPlace; timer: number }>()
const nameOf = ({ roomId, threadId }: DraftPlace) => `${roomId} ${threadId ?? ''}`

/** Keeps what is written for the person's other devices, after a pause in typing. */
export function pushDraft(place: DraftPlace): void {
  const name = nameOf(place)
  clearTimeout(waiting.get(name)?.timer)
  waiting.set(name, { place, timer: window.setTimeout(() => void push(place), pauseMs) })
}

/** What waits goes now: the person leaves. */
export function flushDrafts(): void {
  for (const { place, timer } of waiting.values()) {
    clearTimeout(timer)
    void push(place)
  }
}

/** One that does not arrive stays on this device, and goes when the place is opened again or the connection returns. */
async function push(place: DraftPlace): Promise<void> {
  const name = nameOf(place)
  const mine = waiting.get(name)
  const { text, content, writtenAt } = draftOf(place)
  try {
    await rpc('save_draft', { room_id: place.roomId, thread_id: place.threadId, text, content, written_at: writtenAt || null })
    if (waiting.get(name) === mine) waiting.delete(name)
    if (!text) forgetEmptyDraft(place)
  } catch {
    // See above.
  }
}
addEventListener('online', flushDrafts)
addEventListener('pagehide', flushDrafts)

/** Reads what another device wrote. Null when it is not later than what this one has; then the server gets that. */
export async function pullDraft(place: DraftPlace): Promise<Draft | null> {
  const query = rest.from('drafts').select('text,content,updated_at').eq('room_id', place.roomId)
  const [row] = await rows<DraftRow[]>(place.threadId ? query.eq('thread_id', place.threadId) : query.is('thread_id', null))
  const mine = draftOf(place)
  const isLater = row !== undefined && Date.parse(row.updated_at) > (Date.parse(mine.writtenAt) || 0)
  if (!isLater) {
    if (mine.writtenAt && (mine.text || row?.text) && mine.text !== row?.text) pushDraft(place)
    return null
  }
  if (row.text === mine.text) return null
  keepDraft(place, row, mine.files, row.updated_at)
  return draftOf(place)
}
