import type { Written } from '../islands/contract.ts'
import type { MessageFile } from './outgoing.ts'

/** Where something is written: a room, or a thread in it. */
export interface DraftPlace {
  roomId: string
  threadId: string | null
}

/** What was written, and the files that are stored for it. */
export interface Draft extends Written {
  files: readonly MessageFile[]
  /** When, by the clock of this device. */
  writtenAt: string
}

const keyOf = ({ roomId, threadId }: DraftPlace) => `atrium.draft.${roomId}${threadId ? `.${threadId}` : ''}`
const nothing: Draft = { content: null, text: '', files: [], writtenAt: '' }

/** What was written and not sent. Storage may be forbidden: then a draft lives as long as the tab. */
const kept = new Map<string, Draft>()

export function draftOf(place: DraftPlace): Draft {
  const key = keyOf(place)
  const known = kept.get(key)
  if (known) return known
  try {
    return read(localStorage.getItem(key))
  } catch {
    return nothing
  }
}

function read(stored: string | null): Draft {
  if (!stored) return nothing
  // A draft of plain words is kept as they are.
  if (!stored.startsWith('{')) return { ...nothing, text: stored }
  return { ...nothing, ...(JSON.parse(stored) as Partial<Draft>) }
}

export function keepDraft(
  place: DraftPlace,
  { content, text }: Written,
  files: readonly MessageFile[],
  writtenAt = new Date().toISOString(),
): void {
  const key = keyOf(place)
  const draft: Draft = { content, text, files, writtenAt }
  kept.set(key, draft)
  try {
    // An empty one says that it was sent, until the server knows.
    localStorage.setItem(key, JSON.stringify(draft))
  } catch {
    // See above.
  }
}

/** The server knows that nothing is written here. */
export function forgetEmptyDraft(place: DraftPlace): void {
  try {
    if (!draftOf(place).text && draftOf(place).files.length === 0) localStorage.removeItem(keyOf(place))
  } catch {
    // See above.
  }
}
