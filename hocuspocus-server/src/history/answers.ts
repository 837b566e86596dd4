/** What the server answers to questions about history. The web client imports this file: it depends on nothing. */

/** A node as ProseMirror writes it in JSON, and what the history knows about it. */
export interface HistoryNode {
  type: string
  attrs?: Record<string, unknown>
  content?: HistoryNode[]
  marks?: { type: string; attrs?: Record<string, unknown> }[]
  text?: string
  /** In a comparison: `changed` is a node in which something is, `formatted` the same words that look different. Without it, the node is
   *  in both. */
  change?: 'added' | 'removed' | 'changed' | 'formatted'
  /** Who wrote, added or removed it; null when nobody knows. */
  by?: string | null
  /** In a comparison: where a top-level block stands in the older document and in the newer one, in those that have it. */
  before?: number
  after?: number
}

export interface Content {
  /** As in 2026-12-01T09:30:00.000Z, like all times here. */
  at: string
  json: HistoryNode
  /** Only when it was asked for. */
  markdown?: string
}

export interface Diff {
  content: HistoryNode[]
  wordsAdded: number
  wordsRemoved: number
}

export interface DiffAnswer extends Diff {
  from: string
  to: string
}

export interface Blame extends Content {
  /** Null stands for what nobody knows any more. */
  shares: { authorId: string | null; characters: number }[]
}

/** What happened next: some top-level blocks take the place of others. */
interface Step {
  at: string
  authors: (string | null)[]
  index: number
  remove: number
  insert: HistoryNode[]
}

export interface Replay {
  from: string
  to: string
  start: HistoryNode[]
  steps: Step[]
}
