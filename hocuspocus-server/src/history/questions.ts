import * as Y from 'yjs'
import { writeMarkdown } from '../formats/writeMarkdown.ts'
import { type ProseMirrorNode, toProseMirror } from '../projections.ts'
import { FRAGMENT } from '../protocol.ts'
import {
  answerAboutSuggestion,
  type SuggestionDatabase,
  SuggestionError,
  type SuggestionProblem,
  type SuggestionQuestion,
} from '../suggestions/suggestionQuestions.ts'
import type { Blame, Content, DiffAnswer, HistoryNode, Replay } from './answers.ts'
import { type Authorship, attribute, authorshipOf, sharesOf } from './authorship.ts'
import type { Entry } from './chunks.ts'
import { diff } from './diff.ts'
import type { HistoryDatabase, StoredVersion } from './historyDatabase.ts'
import { keepingLateWords } from './lateWords.ts'
import { replaySteps, TooLargeError } from './replaySteps.ts'
import { NoSuchBlockError, restoring, restoringContent, UnknownContentError } from './restore.ts'
import { applyAll, ForgottenError, replay, type Timeline, timelineOf } from './timeline.ts'

/** An instant of a document: a version by its id, a time in milliseconds of the epoch, or now. */
export type Instant = { version: string } | { time: number } | 'now'

/** What one may ask of the history of a document. Rights are checked before. */
export type Question =
  | SuggestionQuestion
  | { kind: 'content'; documentId: string; at: Instant; markdown?: boolean }
  | { kind: 'diff'; documentId: string; from: Instant; to: Instant }
  | { kind: 'blame'; documentId: string; at: Instant }
  | { kind: 'replay'; documentId: string; from: Instant | 'beginning'; to: Instant; steps: number }
  | {
      kind: 'restore'
      documentId: string
      to: Instant
      authorId?: string | undefined
      block?: number | undefined
      /** Who asks, and when: what was written later stays, because he had not seen it. */
      asking: { authorId: string; until: number }
      /** The state vector of the document that the edit is for; what is newer stays as well. */
      known: Uint8Array
    }
  | {
      kind: 'late'
      documentId: string
      /** Whose restore it was, and when it was done. */
      authorId: string
      restoredAt: number
      /** When he asked for it. */
      until: number
      /** As with `restore`. */
      known: Uint8Array
    }

/** Why a question has no answer. */
export type HistoryProblem =
  | SuggestionProblem
  | 'version_not_found'
  | 'history_forgotten'
  | 'block_not_found'
  | 'unknown_content'
  | 'history_too_large'

export class HistoryError extends Error {
  readonly code: HistoryProblem
  constructor(code: HistoryProblem) {
    super(code)
    this.code = code
  }
}

type Database = Pick<HistoryDatabase, 'load' | 'versions' | 'versionContent' | 'keptSince'> & SuggestionDatabase

/** An instant that was found: its time, and its version if it is one. */
interface Found {
  time: number
  version: StoredVersion | null
}

export async function answer(question: Question, database: Database, now: number): Promise<unknown> {
  try {
    switch (question.kind) {
      case 'content':
        return await content(question, database, now)
      case 'diff':
        return await difference(question, database, now)
      case 'blame':
        return await blame(question, database, now)
      case 'replay':
        return await replaying(question, database, now)
      case 'restore':
        return await restoration(question, database, now)
      case 'late':
        return await late(question, database)
      case 'suggestion':
      case 'acceptance':
        return await answerAboutSuggestion(question, database)
    }
  } catch (error) {
    if (error instanceof SuggestionError) throw new HistoryError(error.code)
    if (error instanceof ForgottenError) throw new HistoryError('history_forgotten')
    if (error instanceof NoSuchBlockError) throw new HistoryError('block_not_found')
    if (error instanceof UnknownContentError) throw new HistoryError('unknown_content')
    if (error instanceof TooLargeError) throw new HistoryError('history_too_large')
    throw error
  }
}

async function find(documentId: string, instant: Instant, database: Database, now: number): Promise<Found> {
  if (instant === 'now') return { time: now, version: null }
  if ('version' in instant) {
    const version = (await database.versions(documentId)).find(({ id }) => id === instant.version)
    if (!version) throw new HistoryError('version_not_found')
    return { time: version.at, version }
  }
  const keptSince = await database.keptSince(documentId)
  if (keptSince !== null && instant.time < keptSince) throw new ForgottenError()
  return { time: instant.time, version: null }
}

/** The document at an instant. What is older than the history is known only as a version, and nobody knows who wrote it. */
async function contentAt({ time, version }: Found, timeline: Timeline, database: Database): Promise<ProseMirrorNode> {
  if (time < timeline.start) {
    const stored = version && (await database.versionContent(version.id))
    if (!stored) throw new ForgottenError()
    return stored.json as ProseMirrorNode
  }
  const { document } = replay(timeline, time)
  const json = toProseMirror(document.getXmlFragment(FRAGMENT))
  document.destroy()
  return json
}

async function content({ documentId, at, markdown }: Question & { kind: 'content' }, database: Database, now: number): Promise<Content> {
  const found = await find(documentId, at, database, now)
  const timeline = timelineOf(await database.load(documentId, found.time))
  const json = await contentAt(found, timeline, database)
  return { at: iso(found.time), json, ...(markdown && { markdown: writeMarkdown(json.content ?? []) }) }
}

async function difference({ documentId, from, to }: Question & { kind: 'diff' }, database: Database, now: number): Promise<DiffAnswer> {
  const instants = [await find(documentId, from, database, now), await find(documentId, to, database, now)]
  const [older, newer] = instants.sort((one, other) => one.time - other.time) as [Found, Found]
  const timeline = timelineOf(await database.load(documentId, older.time))
  const answer = { from: iso(older.time), to: iso(newer.time) }
  if (older.time < timeline.start) {
    const [before, after] = [await contentAt(older, timeline, database), await contentAt(newer, timeline, database)]
    return { ...answer, ...diff(before.content ?? [], after.content ?? []) }
  }
  const { document, later } = replay(timeline, older.time)
  const between = later.filter(({ at }) => at <= newer.time)
  const { written, deleted } = authorshipOf(between)
  const fragment = document.getXmlFragment(FRAGMENT)
  const attributed = (ranges: Authorship['written']) => attribute(toProseMirror(fragment).content ?? [], fragment.toArray(), ranges)
  const before = attributed(deleted)
  applyAll(document, between)
  const after = attributed(written)
  document.destroy()
  return { ...answer, ...diff(before, after) }
}

async function blame({ documentId, at }: Question & { kind: 'blame' }, database: Database, now: number): Promise<Blame> {
  const found = await find(documentId, at, database, now)
  const timeline = timelineOf(await database.load(documentId, 'beginning'))
  if (found.time < timeline.start) {
    const json = await contentAt(found, timeline, database)
    return { at: iso(found.time), json, shares: sharesOf(json.content ?? []) }
  }
  const { document } = replay(timeline, found.time)
  const fragment = document.getXmlFragment(FRAGMENT)
  const { written } = authorshipOf(timeline.entries.filter((entry) => entry.at <= found.time))
  const nodes: HistoryNode[] = attribute(toProseMirror(fragment).content ?? [], fragment.toArray(), written)
  document.destroy()
  return { at: iso(found.time), json: { type: 'doc', content: nodes }, shares: sharesOf(nodes) }
}

async function replaying({ documentId, from, to, steps }: Question & { kind: 'replay' }, database: Database, now: number): Promise<Replay> {
  const end = await find(documentId, to, database, now)
  const begin = from === 'beginning' ? null : await find(documentId, from, database, now)
  const timeline = timelineOf(await database.load(documentId, begin?.time ?? 'beginning'))
  const start = begin?.time ?? startOf(timeline)
  const { document, later } = replay(timeline, start)
  const between = later.filter(({ at }) => at <= end.time)
  const { start: blocks, steps: made } = replaySteps(document, between, steps)
  document.destroy()
  return { from: iso(start), to: iso(end.time), start: blocks, steps: made.map((step) => ({ ...step, at: iso(step.at) })) }
}

/** A moment before the first change, or where the history begins. */
function startOf({ start, entries }: Timeline): number {
  return Number.isFinite(start) ? start : Math.min(Date.now(), ...entries.map(({ at }: Entry) => at - 1))
}

async function restoration(
  { documentId, to, authorId, block, asking, known }: Question & { kind: 'restore' },
  database: Database,
  now: number,
): Promise<Uint8Array | null> {
  const found = await find(documentId, to, database, now)
  const all = timelineOf(await database.load(documentId, found.time))
  const entries = knownEntries(all.entries, Y.decodeStateVector(known))
  const until = Math.max(asking.until, found.time)
  const isWhole = authorId === undefined && block === undefined
  // What is for one person or block takes no notice of what came later.
  const timeline = { ...all, entries: isWhole ? entries : entries.filter(({ at }) => at <= until) }
  if (found.time >= timeline.start) return restoring(timeline, { time: found.time, authorId, asking: { ...asking, until }, block })
  if (authorId !== undefined || block !== undefined) throw new ForgottenError()
  return restoringContent(timeline, await contentAt(found, timeline, database))
}

async function late(
  { documentId, authorId, restoredAt, until, known }: Question & { kind: 'late' },
  database: Database,
): Promise<Uint8Array | null> {
  const timeline = timelineOf(await database.load(documentId, until))
  return keepingLateWords(
    { ...timeline, entries: knownEntries(timeline.entries, Y.decodeStateVector(known)) },
    { authorId, restoredAt, until },
  )
}

function knownEntries(entries: Entry[], vector: Map<number, number>): Entry[] {
  return entries.filter(({ update }) => [...Y.parseUpdateMeta(update).to].every(([client, clock]) => clock <= (vector.get(client) ?? 0)))
}

const iso = (time: number) => new Date(time).toISOString()
