import * as Y from 'yjs'
import { applyUpdates } from '../applyUpdates.ts'
import type { SuggestionAnswer } from './changes.ts'
import { type Acceptance, acceptanceOf, type Base, changesOf, UnknownChangeError } from './hunks.ts'

/** What is stored about a suggestion; documents as Yjs updates in order. */
export interface StoredSuggestion {
  /** The page as it was when the suggestion was begun, and what was taken over since. */
  base: Uint8Array[]
  taken: Base['taken']
  branch: Uint8Array[]
  page: Uint8Array[]
  /** The changes that were accepted or rejected. */
  decided: string[]
  /** All of it is decided. */
  closed: boolean
}

export interface SuggestionDatabase {
  /** Null when there is no such suggestion for this page. */
  suggestion(pageId: string, suggestionId: string): Promise<StoredSuggestion | null>
}

export type SuggestionQuestion =
  | { kind: 'suggestion'; documentId: string; suggestionId: string }
  | { kind: 'acceptance'; documentId: string; suggestionId: string; changes: string[] | null }

export type SuggestionProblem = 'suggestion_not_found' | 'suggestion_changed'

export class SuggestionError extends Error {
  readonly code: SuggestionProblem
  constructor(code: SuggestionProblem) {
    super(code)
    this.code = code
  }
}

export async function answerAboutSuggestion(
  question: SuggestionQuestion,
  database: SuggestionDatabase,
): Promise<SuggestionAnswer | Acceptance> {
  const stored = await database.suggestion(question.documentId, question.suggestionId)
  if (!stored) throw new SuggestionError('suggestion_not_found')
  if (question.kind === 'suggestion' && stored.closed) return { changes: [] }
  const base: Base = { document: opened(stored.base), taken: stored.taken }
  const branch = opened(stored.branch)
  const decided = new Set(stored.decided)
  if (question.kind === 'suggestion') return { changes: changesOf(base, branch, opened(stored.page), decided) }
  try {
    return acceptanceOf(base, branch, question.changes, decided)
  } catch (error) {
    throw error instanceof UnknownChangeError ? new SuggestionError('suggestion_changed') : error
  }
}

function opened(updates: Uint8Array[]): Y.Doc {
  const document = new Y.Doc()
  applyUpdates(document, updates)
  return document
}
