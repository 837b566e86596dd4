import { z } from 'zod'
import { applyWhole } from '../applyUpdates.ts'
import { type CommandKind, Refused } from '../commands.ts'
import { type History, HistoryRefusal } from '../history/history.ts'

const Payload = z.object({ suggestion_id: z.uuid(), changes: z.array(z.string()).nullable() })

/** Why changes cannot be taken over, for the editor who asked. */
const SENTENCES: Partial<Record<HistoryRefusal['code'], string>> = {
  suggestion_not_found: 'This suggestion was withdrawn.',
  suggestion_changed: 'The suggestion was changed in the same moment. Look at it again.',
}

/** Takes changes of a suggestion over into the page. */
export function acceptSuggestion(history: Pick<History, 'ask'>): CommandKind {
  return async (document, { documentId, payload }) => {
    const { suggestion_id: suggestionId, changes } = Payload.parse(payload)
    const acceptance = await history.ask({ kind: 'acceptance', documentId, suggestionId, changes }).catch((error: unknown) => {
      const sentence = error instanceof HistoryRefusal && SENTENCES[error.code]
      throw sentence ? new Refused((error as HistoryRefusal).code, sentence) : error
    })
    applyWhole(document, acceptance.update)
    return { suggestionId, ...acceptance }
  }
}
