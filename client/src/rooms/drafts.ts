const key = (roomId: string) => `atrium.draft.${roomId}`

/** What was written in a room and not sent. Storage may be forbidden: then a draft lives as long as the tab. */
const kept = new Map<string, string>()

export function draftOf(roomId: string): string {
  try {
    return kept.get(roomId) ?? localStorage.getItem(key(roomId)) ?? ''
  } catch {
    return ''
  }
}

export function keepDraft(roomId: string, text: string): void {
  kept.set(roomId, text)
  try {
    if (text) localStorage.setItem(key(roomId), text)
    else localStorage.removeItem(key(roomId))
  } catch {
    // See above.
  }
}
