import type { Entry } from './chunks.ts'

/** Work without a long pause. Each ends in a version. */
export interface Sitting {
  from: number | null
  at: number
  entries: Entry[]
  /** Of the version that somebody named at its end. */
  versionId?: string
}

/** Whoever begins when the others have been quiet for so long begins a sitting of his own. */
const HANDOVER_MS = 60_000
const LONGEST_MS = 60 * 60_000

/** Divides what happened after the last version into sittings, in order. `named`: instants that somebody named, each of which ends one. The
 *  last sitting is left out while it may still go on. */
export function sittingsOf(entries: Entry[], named: { id: string; at: number }[], pauseMs: number, now: number): Sitting[] {
  const sittings: Sitting[] = []
  let open: Entry[] = []
  const end = (at: number, versionId?: string) => {
    const from = open.length > 0 ? Math.min(...open.map((entry) => entry.from)) : null
    sittings.push({ from, at, entries: open, ...(versionId && { versionId }) })
    open = []
  }
  const names = named.toSorted((one, other) => one.at - other.at)
  for (const entry of entries.toSorted((one, other) => one.at - other.at)) {
    while (names[0] && names[0].at < entry.at) {
      const last = open.at(-1)
      const { id, at } = names.shift() as { id: string; at: number }
      // A pause before the name: what was done before it is a version of its own.
      if (last && at - last.at >= pauseMs) end(last.at)
      end(at, id)
    }
    const last = open.at(-1)
    if (last && isNewSitting(open, last, entry, pauseMs)) end(last.at)
    open.push(entry)
  }
  for (const { id, at } of names) end(at, id)
  const last = open.at(-1)
  if (last && now - last.at >= pauseMs) end(last.at)
  return sittings
}

function isNewSitting(open: Entry[], last: Entry, next: Entry, pauseMs: number): boolean {
  const gap = next.from - last.at
  if (gap >= pauseMs) return true
  if (gap >= Math.min(HANDOVER_MS, pauseMs) && !open.some(({ authorId }) => authorId === next.authorId)) return true
  return next.at - (open[0] as Entry).from > LONGEST_MS && gap > 0
}

/** Who did something, the most first. */
export function authorsOf(entries: Entry[]): string[] {
  const edits = new Map<string, number>()
  for (const entry of entries) if (entry.authorId) edits.set(entry.authorId, (edits.get(entry.authorId) ?? 0) + entry.edits)
  return [...edits].sort(([, one], [, other]) => other - one).map(([author]) => author)
}
