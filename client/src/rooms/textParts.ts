export type TextPart = { text: string; href: string | null }

const address = /\b(?:https?:\/\/|www\.)[^\s<>"']+/gi

/** Cuts a message into plain text and links. Only http and https become links, and only as far as a person would say they reach. */
export function textParts(text: string): TextPart[] {
  const parts: TextPart[] = []
  let at = 0
  for (const match of text.matchAll(address)) {
    const shown = withoutTail(match[0])
    const href = hrefOf(shown)
    if (!href) continue
    if (match.index > at) parts.push({ text: text.slice(at, match.index), href: null })
    parts.push({ text: shown, href })
    at = match.index + shown.length
  }
  if (at < text.length) parts.push({ text: text.slice(at), href: null })
  return parts
}

/** A full stop ends the sentence, not the address; a closing bracket belongs to the address when its opening one does. Brackets are
 *  counted once: a message may be nothing but brackets. */
function withoutTail(found: string): string {
  const count = new Map<string, number>()
  for (const character of found) count.set(character, (count.get(character) ?? 0) + 1)
  const countOf = (character: string) => count.get(character) ?? 0
  let end = found.length
  for (; end > 0; end -= 1) {
    const last = found[end - 1] ?? ''
    const isStop = '.,;:!?…'.includes(last)
    const opener = { ')': '(', ']': '[', '}': '{' }[last]
    const isLoose = opener !== undefined && countOf(opener) < countOf(last)
    if (!isStop && !isLoose) break
    count.set(last, countOf(last) - 1)
  }
  return found.slice(0, end)
}

function hrefOf(shown: string): string | null {
  const full = /^www\./i.test(shown) ? `https://${shown}` : shown
  if (!URL.canParse(full)) return null
  const url = new URL(full)
  return (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname ? url.href : null
}
