import type { FindQuery } from '../../contract.ts'

/** A search as it crosses to the worker that runs it. */
export interface Pattern {
  source: string
  flags: string
  /** Written by a person, so it may take for ever. */
  isExpression: boolean
}

const wordCharacter = '[\\p{L}\\p{M}\\p{N}_]'

/** What a query looks for; null when its expression is none. */
export function patternOf(query: FindQuery): Pattern | null {
  const words = query.regex ? query.text : literal(query.text)
  const source = query.wholeWord ? `(?<!${wordCharacter})(?:${words})(?!${wordCharacter})` : words
  const flags = `gu${query.regex ? 'm' : ''}${query.matchCase ? '' : 'i'}`
  try {
    new RegExp(source, flags)
    return { source, flags, isExpression: query.regex }
  } catch {
    return null
  }
}

/** People type straight quotes and plain spaces for whatever stands in the text. */
function literal(text: string): string {
  return text
    .replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
    .replace(/['’‘]/g, "['’‘]")
    .replace(/["“”„«»]/g, '["“”„«»]')
    .replace(/[ \u00A0]/g, '[ \\u00A0]')
}

/** Where a pattern occurs in a text: from, to, from, to … Nothing is no occurrence. */
export function occurrencesIn(text: string, pattern: Pattern): number[] {
  const found: number[] = []
  for (const match of text.matchAll(new RegExp(pattern.source, pattern.flags))) {
    if (match[0]) found.push(match.index, match.index + match[0].length)
  }
  return found
}

/** What an occurrence is replaced by: after an expression `$1`, `$<name>` and `$&` stand for what was found. */
export function replacementFor(text: string, at: number, pattern: Pattern, replacement: string): string {
  if (!pattern.isExpression) return replacement
  const sticky = new RegExp(pattern.source, `${pattern.flags.replace('g', '')}y`)
  sticky.lastIndex = at
  const match = sticky.exec(text)
  if (!match) return replacement
  return replacement.replace(/\$(?:(\$)|(&)|(\d{1,2})|<([^>]+)>)/g, (whole, dollar, all, number, name) => {
    if (dollar) return '$'
    if (all) return match[0]
    if (number) return Number(number) < match.length ? (match[Number(number)] ?? '') : whole
    return match.groups?.[name] ?? ''
  })
}
