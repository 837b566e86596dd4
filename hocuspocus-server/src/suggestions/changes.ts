import type { HistoryNode } from '../history/answers.ts'

/** What a suggestion would change in the page, as the client gets it. It depends on nothing that a browser does not have. */

/** A change as it would change the page now. */
export interface Change {
  /** It is named by all of these together: one, or one for each of the blocks that came, or went, side by side. */
  keys: string[]
  /** `lost`: what it changes is not in the page any more. */
  kind: 'changed' | 'added' | 'removed' | 'lost'
  content: HistoryNode[]
  wordsAdded: number
  wordsRemoved: number
  /** The beginning of the text above it. */
  above: string
}

export interface SuggestionAnswer {
  changes: Change[]
}
