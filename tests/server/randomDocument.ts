import type { Json, JsonMark } from '../../hocuspocus-server/src/formats/fit.ts'

/** Numbers from 0 to below 1, the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const ID = '01900000-0000-7000-8000-000000000000'
const FILE = `/storage/v1/object/authenticated/document-files/${ID}/${ID}`
const PICTURE = `/storage/v1/object/authenticated/document-images/${ID}/${ID}.png`
const WORDS = [
  'a',
  'Wort',
  '1.',
  '-',
  '#',
  '>',
  '*',
  '**',
  '_',
  'snake_case',
  '[x]',
  '`',
  '``',
  '<b>',
  '&amp;',
  '$',
  '$5',
  '==',
  '~~',
  '|',
  '\\',
  '!',
  'https://e.org',
  '---',
  '===',
  '$$',
  '[!NOTE]',
  'é',
  '語',
  '🙂',
  '</details>',
  '1)',
  '+',
  '//x',
  '~',
  '=',
  ':',
  '@Anna',
  '<https://e.org>',
  '(c)',
  '\\|',
]
const CODE = ['', 'let a = 1', '```', '  indented\n\ttab\n\nlast', '</pre>', '~~~\n', '$$', '\n']

/** Documents of everything that Markdown can say, and of text that looks like Markdown. */
export function randomBlocks(seed: number, count: number): Json[][] {
  const next = random(seed)
  const below = (limit: number) => Math.floor(next() * limit)
  const pick = <Value>(values: readonly Value[]) => values[below(values.length)] as Value
  const times = <Value>(least: number, most: number, make: () => Value) => Array.from({ length: least + below(most - least + 1) }, make)

  const words = () => times(1, 4, () => pick(WORDS)).join(pick([' ', ' ', '']))
  const marks = (): JsonMark[] => {
    if (next() < 0.6) return []
    if (next() < 0.2) return [{ type: 'code' }]
    const chosen: JsonMark[] = []
    if (next() < 0.3)
      chosen.push({
        type: 'link',
        attrs: { href: pick(['https://e.org/', 'https://e.org/a_(b)?c=d&e', 'mailto:a@e.org']), title: pick([null, 'A "title" & more']) },
      })
    for (const type of ['bold', 'italic', 'strike', 'underline']) if (next() < 0.3) chosen.push({ type })
    if (next() < 0.2) chosen.push({ type: 'highlight', attrs: { color: pick([null, 'red']) } })
    if (next() < 0.15) chosen.push({ type: 'textStyle', attrs: { color: 'blue' } })
    return chosen
  }
  const inline = (): Json[] => {
    const nodes: Json[] = []
    for (const kind of times(1, 5, () => next())) {
      const last = nodes.at(-1)
      if (kind < 0.07 && last?.text) nodes.push({ type: 'hardBreak' })
      else if (kind < 0.12)
        nodes.push({ type: 'inlineMath', attrs: { latex: pick(['x^2', '\\frac{a}{b}', ' y ', 'a$b', 'c\\', '', '\\$']) } })
      else if (kind < 0.17)
        nodes.push({
          type: 'mention',
          attrs: pick([
            { kind: 'person', id: ID, label: 'An*na_' },
            { kind: 'document', id: ID, label: null },
            { kind: 'date', id: '2026-12-01', label: null },
          ]),
        })
      else {
        const text = (last && last.type !== 'hardBreak' && next() < 0.5 ? ' ' : '') + words()
        nodes.push({
          type: 'text',
          text,
          marks: text.startsWith(' ') ? marks().filter(({ type }) => !['bold', 'italic', 'strike', 'highlight'].includes(type)) : marks(),
        })
      }
    }
    while (nodes.at(-1)?.type === 'hardBreak') nodes.pop()
    return joined(nodes.length > 0 ? nodes : [{ type: 'text', text: 'a' }])
  }
  const paragraph = (): Json => ({ type: 'paragraph', content: inline() })
  const blocks = (depth: number, most: number): Json[] => times(1, most, () => block(depth))
  const item = (depth: number): Json[] => {
    const rest = depth < 3 && next() < 0.4 ? blocks(depth + 1, 2) : []
    // An empty line and then a paragraph cannot be told from the paragraph alone.
    return [next() < 0.1 && rest[0]?.type !== 'paragraph' ? { type: 'paragraph' } : paragraph(), ...rest]
  }
  const cells = (type: string, count: number, align: (string | null)[]): Json[] =>
    Array.from({ length: count }, (_, column) => ({
      type,
      attrs: { align: align[column] },
      content: [next() < 0.2 ? { type: 'paragraph' } : paragraph()],
    }))

  function table(): Json {
    const columns = 1 + below(3)
    const align = Array.from({ length: columns }, () => pick([null, 'left', 'center', 'right']))
    const rows = [cells('tableHeader', columns, align), ...times(0, 2, () => cells('tableCell', columns, align))]
    return { type: 'table', content: rows.map((content) => ({ type: 'tableRow', content })) }
  }

  function block(depth: number): Json {
    const kind = below(depth < 3 ? 17 : 9)
    if (kind < 4) return paragraph()
    if (kind === 4) return { type: 'heading', attrs: { level: 1 + below(3) }, content: inline() }
    if (kind === 5) {
      const text = pick(CODE)
      return { type: 'codeBlock', attrs: { language: pick([null, 'js', 'c++']) }, ...(text && { content: [{ type: 'text', text }] }) }
    }
    if (kind === 6) return { type: 'blockMath', attrs: { latex: pick(['x', 'a\nb', '', '$$', '  y']) } }
    if (kind === 7)
      return pick<Json>([
        { type: 'horizontalRule' },
        { type: 'file', attrs: { src: FILE, name: 'a [b].pdf', size: 12, mime: 'application/pdf' } },
      ])
    if (kind === 8)
      return {
        type: 'image',
        attrs: {
          src: pick([PICTURE, 'https://e.org/a_(b).png']),
          alt: pick([null, 'a *b* ]c']),
          title: pick([null, 'T']),
          width: pick([null, null, 0.5]),
        },
      }
    if (kind === 9) return { type: 'bulletList', content: times(1, 3, () => ({ type: 'listItem', content: item(depth) })) }
    if (kind === 10)
      return {
        type: 'orderedList',
        attrs: { start: pick([1, 1, 7]) },
        content: times(1, 3, () => ({ type: 'listItem', content: item(depth) })),
      }
    if (kind === 11)
      return {
        type: 'taskList',
        content: times(1, 3, () => ({ type: 'taskItem', attrs: { checked: next() < 0.5 }, content: item(depth) })),
      }
    if (kind === 12) return { type: 'blockquote', content: blocks(depth + 1, 3) }
    if (kind === 13)
      return { type: 'callout', attrs: { kind: pick(['info', 'success', 'warning', 'danger']) }, content: blocks(depth + 1, 3) }
    if (kind === 14)
      return {
        type: 'details',
        content: [
          { type: 'detailsSummary', content: inline() },
          { type: 'detailsContent', content: blocks(depth + 1, 3) },
        ],
      }
    if (kind === 15)
      return {
        type: 'table',
        content: [{ type: 'tableRow', content: [{ type: 'tableCell', attrs: { colspan: 2 }, content: blocks(3, 2) }] }],
      }
    return table()
  }

  return Array.from({ length: count }, () => blocks(0, 5))
}

/** Neighbours with the same marks are one text, as ProseMirror has it. */
function joined(nodes: Json[]): Json[] {
  const result: Json[] = []
  for (const node of nodes) {
    const last = result.at(-1)
    if (last?.text !== undefined && node.text !== undefined && JSON.stringify(last.marks) === JSON.stringify(node.marks))
      last.text += node.text
    else result.push({ ...node })
  }
  return result
}

const PIECES = [
  ...WORDS,
  '\n',
  '\n',
  '\n\n',
  '    ',
  '- ',
  '1. ',
  '> ',
  '# ',
  '```',
  '[ ] ',
  '](https://e.org)',
  '[',
  '*',
  '<u>',
  '</u>',
  '<br>',
  '<mark>',
  '| - | - |',
  '<details>',
  '<summary>s</summary>',
  '\n\n</details>\n\n',
  '![p](https://e.org/p.png)',
  '\t',
]

/** Text that is full of Markdown's signs, in no good order. */
export function randomMarkdown(seed: number, count: number): string[] {
  const next = random(seed)
  const pick = () => PIECES[Math.floor(next() * PIECES.length)] as string
  return Array.from({ length: count }, () => Array.from({ length: 4 + Math.floor(next() * 30) }, pick).join(next() < 0.5 ? ' ' : ''))
}
