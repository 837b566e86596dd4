import { en as common } from '../en.ts'
import { textsOf } from '../i18n.ts'
import { en } from './en.ts'
import type { Notice } from './inbox.ts'

const t = textsOf(en)

/** Who did it, the latest first: "Anna and 2 others". */
export function whoOf({ actor_names }: Notice): string {
  const [first, ...others] = actor_names.filter(Boolean).toReversed()
  if (!first) return common.somebody
  if (others.length === 0) return first
  return others.length === 1 ? t('andOne', { first, other: others[0] ?? '' }) : t('andOthers', { first, count: String(others.length) })
}

/** "Anna mentioned you": what happened, beneath the name of where it happened. */
export function sentenceOf(notice: Notice): string {
  const sentences: Record<string, string> = en.sentences
  const sentence =
    (notice.kind === 'transfer' && notice.detail && sentences[notice.detail]) || sentences[notice.kind] || en.sentences.unknown
  return sentence.replace('{{ who }}', whoOf(notice))
}

export function nameOf(notice: Notice): string {
  return notice.object_name.trim() || common.untitled
}
