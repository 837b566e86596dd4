import * as Y from 'yjs'
import { z } from 'zod'
import { applyWhole } from '../applyUpdates.ts'
import { type CommandKind, Refused } from '../commands.ts'
import { type History, HistoryRefusal } from './history.ts'
import type { Instant } from './questions.ts'

const Payload = z.object({
  version_id: z.uuid().optional(),
  at: z.iso.datetime({ offset: true }).optional(),
  author_id: z.uuid().optional(),
  block: z.number().int().nonnegative().optional(),
  until: z.iso.datetime({ offset: true }),
})

/** Why a version cannot come back, for the person who asked. */
const SENTENCES: Partial<Record<HistoryRefusal['code'], string>> = {
  version_not_found: 'There is no such version of this document.',
  history_forgotten: 'The history of this document is not kept for so long.',
  block_not_found: 'There is no such block in this version.',
  unknown_content: 'This would bring something into the page that no page can hold, so nothing was changed.',
}

/** Makes a document, or a part of it, what it was. */
export function restore(history: Pick<History, 'ask'>): CommandKind {
  return async (document, { documentId, authorId, payload }) => {
    const { version_id, at, author_id, block, until } = Payload.parse(payload)
    const to: Instant = version_id ? { version: version_id } : { time: Date.parse(at ?? '') }
    const known = Y.encodeStateVector(document)
    const asking = { authorId, until: Date.parse(until) }
    const question = { kind: 'restore', documentId, to, authorId: author_id, block, known, asking } as const
    const update = await history.ask(question).catch((error: unknown) => {
      const sentence = error instanceof HistoryRefusal && SENTENCES[error.code]
      throw sentence ? new Refused((error as HistoryRefusal).code, sentence) : error
    })
    if (update) applyWhole(document, update)
  }
}

const Late = z.object({ until: z.iso.datetime({ offset: true }), restored_at: z.number() })

/** Brings back what others were writing while a restore took away the blocks around it. */
export function keepLateWords(history: Pick<History, 'ask'>): CommandKind {
  return async (document, { documentId, authorId, payload }) => {
    const { until, restored_at: restoredAt } = Late.parse(payload)
    const known = Y.encodeStateVector(document)
    const update = await history.ask({ kind: 'late', documentId, authorId, until: Date.parse(until), restoredAt, known })
    if (update) applyWhole(document, update)
  }
}
