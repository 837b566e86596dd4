/** What somebody typed into the search, taken apart: words, and the filters that stand between them. */
export interface SearchQuery {
  words: string
  filters: SearchFilter[]
}

export interface SearchFilter {
  operator: Operator
  value: string
  /** As it was typed. */
  typed: string
}

export const operators = ['from', 'in', 'has', 'before', 'after', 'is'] as const
export type Operator = (typeof operators)[number]
export const hasValues = ['link', 'file', 'image', 'video', 'audio'] as const
export const isValues = ['saved', 'pinned', 'thread', 'unread'] as const

const filter = /(?<=^|\s)(from|in|has|before|after|is):(?:"([^"]*)"|(\S+))/gi

/** Filters may stand anywhere; names with spaces stand between quotes. */
export function parseSearch(typed: string): SearchQuery {
  const filters = [...typed.matchAll(filter)].map((match) => ({
    operator: match[1]?.toLowerCase() as Operator,
    value: (match[2] ?? match[3] ?? '').replace(/^[@#]/, ''),
    typed: match[0],
  }))
  return { words: typed.replace(filter, ' ').replace(/\s+/g, ' ').trim(), filters }
}

/** The query without one of its filters. */
export const withoutFilter = (typed: string, dropped: SearchFilter): string => typed.replace(dropped.typed, ' ').replace(/\s+/g, ' ').trim()

export const quoted = (value: string): string => (/\s/.test(value) ? `"${value}"` : value)

interface Known {
  me: string
  people: readonly { id: string; name: string }[]
  rooms: readonly { id: string; name: string }[]
}

const startsWith = (name: string, typed: string) => name.toLocaleLowerCase().startsWith(typed.toLocaleLowerCase())
/** Nobody and nothing: a name that is not known finds no message, instead of all of them. */
const nobody = '00000000-0000-0000-0000-000000000000'

/** The arguments of `search_messages`; a day is one where the person is. */
export function searchArguments({ words, filters }: SearchQuery, known: Known): Record<string, unknown> {
  const valuesOf = (operator: Operator) => filters.filter((given) => given.operator === operator).map(({ value }) => value)
  const idsOf = (values: string[], all: readonly { id: string; name: string }[]) => {
    const found = values.flatMap((value) => all.filter(({ name }) => startsWith(name, value)).map(({ id }) => id))
    return found.length > 0 ? found : [nobody]
  }
  const from = valuesOf('from')
  const rooms = valuesOf('in')
  const time = (operator: 'before' | 'after') => {
    const day = valuesOf(operator).at(-1)
    const date = day && /^\d{4}-\d{2}-\d{2}$/.test(day) ? new Date(`${day}T00:00:00`) : undefined
    if (!date || Number.isNaN(date.getTime())) return null
    // After a day begins with the next one.
    if (operator === 'after') date.setDate(date.getDate() + 1)
    return date.toISOString()
  }
  const [has, being] = [valuesOf('has'), valuesOf('is')]
  return {
    query: words,
    ...(from.length > 0 && { from_people: from.flatMap((name) => (name === 'me' ? [known.me] : idsOf([name], known.people))) }),
    ...(rooms.length > 0 && { in_rooms: idsOf(rooms, known.rooms) }),
    ...(has.length > 0 && { has }),
    ...(being.length > 0 && { being }),
    ...(time('before') && { sent_before: time('before') }),
    ...(time('after') && { sent_after: time('after') }),
  }
}

export interface Suggestion {
  /** What the query becomes. */
  query: string
  label: string
  operator: Operator
}

/** What may complete the word that is being typed. */
export function suggestionsFor(typed: string, known: Known, most = 6): Suggestion[] {
  const last = /(?:^|\s)(\S*)$/.exec(typed)?.[1] ?? ''
  const before = typed.slice(0, typed.length - last.length)
  const [, operator, start = ''] = /^(from|in|has|before|after|is):"?(.*)$/i.exec(last) ?? []
  if (!operator) {
    if (last.length === 0) return []
    return operators
      .filter((name) => startsWith(name, last))
      .map((name) => ({ operator: name, label: `${name}:`, query: `${before}${name}:` }))
  }
  const chosen = operator.toLowerCase() as Operator
  const values: Record<Operator, readonly string[]> = {
    from: ['me', ...known.people.map(({ name }) => name)],
    in: known.rooms.map(({ name }) => name),
    has: hasValues,
    is: isValues,
    before: [],
    after: [],
  }
  return values[chosen]
    .filter((value) => value !== start && startsWith(value, start.replace(/^[@#]/, '')))
    .slice(0, most)
    .map((value) => ({ operator: chosen, label: `${chosen}:${value}`, query: `${before}${chosen}:${quoted(value)} ` }))
}
