import type * as Y from 'yjs'
import { toProseMirror, toText } from '../projections.ts'
import { FRAGMENT } from '../protocol.ts'
import type { Entry } from './chunks.ts'
import type { Block, HistoryDatabase } from './historyDatabase.ts'
import { authorsOf, sittingsOf } from './sittings.ts'
import { applyAll, replay, timelineOf } from './timeline.ts'
import { wordChanges, wordsOf } from './words.ts'

export interface VersionOptions {
  database: Pick<HistoryDatabase, 'load' | 'versions' | 'saveVersion'>
  /** So long must nobody write for a version to be made. */
  pauseMs: number
  clock(): number
}

/** Makes the versions that are missing, and completes those that were named.
 *  @returns when to look again, in milliseconds of the epoch; null when everything has its version. */
export async function makeVersions(documentId: string, { database, pauseMs, clock }: VersionOptions): Promise<number | null> {
  const known = await database.versions(documentId)
  const firstOpen = known.findIndex(({ words }) => words === null)
  const complete = firstOpen === -1 ? known : known.slice(0, firstOpen)
  const named = firstOpen === -1 ? [] : known.slice(firstOpen)
  const since = complete.at(-1)?.at ?? null
  const timeline = timelineOf(await database.load(documentId, since ?? 'beginning'))
  const from = since === null || since < timeline.start ? timeline.start : since
  const { document, later } = replay(timeline, from)
  try {
    const now = clock()
    const sittings = sittingsOf(later, named, pauseMs, now)
    let before = textOf(blocksOf(document))
    for (const { from, at, entries, versionId } of sittings) {
      applyAll(document, entries)
      const blocks = blocksOf(document)
      const text = textOf(blocks)
      const { added, removed } = wordChanges(before, text)
      await database.saveVersion(
        documentId,
        {
          ...(versionId && { id: versionId }),
          from,
          at,
          authors: authorsOf(entries),
          edits: entries.reduce((sum, { edits }) => sum + edits, 0),
          words: wordsOf(text).length,
          wordsAdded: added,
          wordsRemoved: removed,
        },
        blocks,
      )
      before = text
    }
    return nextLook(later, sittings.at(-1)?.at ?? from, pauseMs)
  } finally {
    document.destroy()
  }
}

function nextLook(later: Entry[], until: number, pauseMs: number): number | null {
  const open = later.filter(({ at }) => at > until)
  return open.length === 0 ? null : Math.max(...open.map(({ at }) => at)) + pauseMs
}

function blocksOf(document: Y.Doc): Block[] {
  const { content } = toProseMirror(document.getXmlFragment(FRAGMENT))
  return (content ?? []).map((json) => ({ json, text: toText(json) }))
}

const textOf = (blocks: Block[]) => blocks.map(({ text }) => text).join('\n')
