import type { Written } from '../islands/contract.ts'

/** Where something is written: a room, or a thread in it. */
export interface DraftPlace {
  roomId: string
  threadId: string | null
}

const keyOf = ({ roomId, threadId }: DraftPlace) => `atrium.draft.${roomId}${threadId ? `.${threadId}` : ''}`
const nothing: Written = { content: null, text: '' }

/** What was written and not sent. Storage may be forbidden: then a draft lives as long as the tab. */
const kept = new Map<string, Written>()

export function draftOf(place: DraftPlace): Written {
  const key = keyOf(place)
  const known = kept.get(key)
  if (known) return known
  try {
    return read(localStorage.getItem(key))
  } catch {
    return nothing
  }
}

function read(stored: string | null): Written {
  if (!stored) return nothing
  // A draft of plain words is kept as they are.
  if (!stored.startsWith('{')) return { content: null, text: stored }
  const { content, text } = JSON.parse(stored) as Written
  return { content, text }
}

export function keepDraft(place: DraftPlace, written: Written): void {
  const key = keyOf(place)
  kept.set(key, written)
  try {
    if (written.text) localStorage.setItem(key, JSON.stringify(written))
    else localStorage.removeItem(key)
  } catch {
    // See above.
  }
}
