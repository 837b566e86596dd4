import type { Hocuspocus } from '@hocuspocus/server'
import { ANYTHING, documentIdOf, documentName, type ServerMessage } from './protocol.ts'
import type { Context } from './sessions.ts'

export interface Hints {
  /** Takes a payload of `atrium_documents`. */
  hear(payload: string): void
  /** What was sent until now may have been missed. */
  catchUp(): void
}

/** What this server does itself with a hint, by its kind. */
export type HintHandlers = Partial<Record<string, (documentId: string) => void>>

/** Nobody but the server can do something with these. */
const INTERNAL = new Set(['commands'])

/** Tells the people in a document that something beside its text has changed in the database: comments, versions. They read it again,
 *  under their own rights. */
export function createHints(documents: Hocuspocus<Context>['documents'], handlers: HintHandlers = {}): Hints {
  const tell = (name: string, what: string) =>
    documents.get(name)?.relayStateless(JSON.stringify({ type: 'changed', what } satisfies ServerMessage))

  return {
    hear(payload) {
      const hint = parseHint(payload)
      if (!hint) return
      handlers[hint.what]?.(hint.documentId)
      if (!INTERNAL.has(hint.what)) tell(documentName(hint.documentId), hint.what)
    },
    catchUp() {
      for (const name of documents.keys()) {
        tell(name, ANYTHING)
        for (const handler of Object.values(handlers)) handler?.(documentIdOf(name) as string)
      }
    },
  }
}

function parseHint(payload: string): { documentId: string; what: string } | null {
  try {
    const { document_id: documentId, what } = JSON.parse(payload) as { document_id?: unknown; what?: unknown }
    return typeof documentId === 'string' && typeof what === 'string' ? { documentId, what } : null
  } catch {
    return null
  }
}
