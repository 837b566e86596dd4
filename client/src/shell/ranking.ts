/** How well a name answers what was typed; 0 is not at all. Beginnings beat words, words beat letters in order. */
export function rank(typed: string, name: string): number {
  const wanted = fold(typed)
  const found = fold(name)
  if (!wanted) return 1
  if (found.startsWith(wanted)) return 4 + closeness(wanted, found)
  if (found.split(/[\s\-_/#.]+/).some((word) => word.startsWith(wanted))) return 3 + closeness(wanted, found)
  if (found.includes(wanted)) return 2 + closeness(wanted, found)
  return inOrder(wanted, found) ? 1 : 0
}

/** Without case and accents, so that "resume" finds "Résumé". */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .trim()
}

/** Of two names that begin alike the shorter is meant. */
function closeness(wanted: string, found: string): number {
  return wanted.length / (found.length + 1)
}

function inOrder(wanted: string, found: string): boolean {
  let from = 0
  for (const letter of wanted.replaceAll(' ', '')) {
    const at = found.indexOf(letter, from)
    if (at < 0) return false
    from = at + 1
  }
  return true
}

/** The best matches, best first; equals keep their order. */
export function ranked<Entry extends { label: string }>(typed: string, entries: readonly Entry[], limit: number): Entry[] {
  return entries
    .map((entry) => ({ entry, score: rank(typed, entry.label) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, limit)
    .map(({ entry }) => entry)
}
