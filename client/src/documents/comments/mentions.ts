import type { Mentioned } from './commentBody.ts'
import type { CommentPerson } from './commentStore.ts'

const shown = 6

/** What stands before the caret when somebody is typing a mention: the place of its @ and what follows it. */
export function mentionAt(text: string, caret: number): { start: number; query: string } | null {
  const found = /(^|[\s([{"'“‘])@([^\s@]{0,40}(?: [^\s@]{1,40})?)$/u.exec(text.slice(0, caret))
  return found ? { start: caret - (found[2]?.length ?? 0) - 1, query: found[2] ?? '' } : null
}

/** The people whose name, or a word of it, begins so; only those who may read the page. */
export function peopleLike(people: readonly CommentPerson[], query: string): CommentPerson[] {
  const wanted = folded(query)
  return people.filter((person) => person.may_read && ` ${folded(person.name)}`.includes(` ${wanted}`)).slice(0, shown)
}

const folded = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

/** Two people of one name cannot be told apart in what is typed: the one chosen last counts. */
export function withMentioned(all: readonly Mentioned[], added: Mentioned): Mentioned[] {
  return [...all.filter(({ label }) => label !== added.label), added]
}
