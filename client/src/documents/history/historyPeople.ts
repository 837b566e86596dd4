import { textsOf } from '../../i18n.ts'
import { useWorkspace } from '../../workspaces/workspaces.ts'
import { historyEn as en } from './en.ts'

const t = textsOf(en)
const namesShown = 3

/** The names of authors, who may have left since. */
export function usePeople() {
  const workspace = useWorkspace()
  const nameOf = (id: string | null): string =>
    id === null ? en.earlier : (workspace.people().find((person) => person.user_id === id)?.name ?? en.somebody)
  /** "Anna", "Anna and Ben", "Anna, Ben, Cleo and 2 others" */
  const namesOf = (ids: readonly (string | null)[]): string => {
    const names = ids.slice(0, namesShown).map(nameOf)
    if (ids.length > namesShown) names.push(t('others', { count: ids.length - namesShown }))
    const last = names.pop() ?? ''
    return names.length > 0 ? t('and', { names: names.join(', '), last }) : last
  }
  return { nameOf, namesOf }
}

/** "14:05" in the reader's way of writing. */
export const clock = (time: string): string =>
  new Intl.DateTimeFormat(document.documentElement.lang || 'en', { timeStyle: 'short' }).format(new Date(time))

/** "22 Nov 2026, 14:05" */
export const dateAndClock = (time: string): string =>
  new Intl.DateTimeFormat(document.documentElement.lang || 'en', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time))
