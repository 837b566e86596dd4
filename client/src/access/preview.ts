import type { Result } from '../../../sql/types.gen.ts'
import { plural, textsOf } from '../i18n.ts'
import { isAtLeast } from '../rows.ts'
import { rpc } from '../supabase.ts'
import { en } from './en.ts'

const t = textsOf(en)

/** One person and one thing on which his role would change. */
export type AccessChange = Result<'preview_access_change'>[number]

/** Who would gain and lose what if a function of the API were called; nothing is changed.
 *  @throws {ProblemError} also whatever the change itself would be refused with */
export function previewChange(change: string, args: Record<string, unknown>): Promise<AccessChange[]> {
  return rpc<AccessChange[]>('preview_access_change', { change, arguments: args })
}

const effects = ['lose', 'less', 'more', 'gain'] as const
export type Effect = (typeof effects)[number]

export function effectOf({ before, after }: Pick<AccessChange, 'before' | 'after'>): Effect {
  if (after === null) return 'lose'
  if (before === null) return 'gain'
  return isAtLeast(after, before) ? 'more' : 'less'
}

export const takesAccess = (changes: readonly AccessChange[]): boolean =>
  changes.some((change) => effectOf(change) === 'lose' || effectOf(change) === 'less')

/** What happens to how many people, a sentence each, what they lose first. */
export function summaryOf(changes: readonly AccessChange[]): { effect: Effect; text: string }[] {
  return effects.flatMap((effect) => {
    const concerned = changes.filter((change) => effectOf(change) === effect)
    if (concerned.length === 0) return []
    const count = new Set(concerned.map((change) => change.user_id)).size
    const values = { count, things: thingsOf(concerned) }
    return [{ effect, text: plural(count, { one: t(`preview.${effect}.one`, values), other: t(`preview.${effect}.other`, values) }) }]
  })
}

const kinds = ['workspace', 'space', 'document', 'room'] as const

/** "the workspace, 2 spaces and one room" */
function thingsOf(changes: readonly AccessChange[]): string {
  const words = kinds.flatMap((kind) => {
    const count = new Set(changes.filter((change) => change.object_type === kind).map((change) => change.object_id)).size
    if (count === 0) return []
    return [plural(count, { one: t(`preview.things.${kind}.one`), other: t(`preview.things.${kind}.other`, { count }) })]
  })
  return new Intl.ListFormat(document.documentElement.lang || 'en').format(words)
}
