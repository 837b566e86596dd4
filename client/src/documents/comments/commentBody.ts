import { textParts } from '../../rooms/textParts.ts'

/** What a comment says, as the server keeps it: a ProseMirror document of paragraphs. */
export interface CommentBody {
  type: 'doc'
  content?: { type: 'paragraph'; content?: CommentNode[] }[]
}

export type CommentMark = { type: 'bold' | 'italic' | 'code' } | { type: 'link'; attrs: { href: string } }

export type CommentNode =
  | { type: 'text'; text: string; marks?: CommentMark[] }
  | { type: 'mention'; attrs: { kind: 'person'; id: string; label: string } }
  | { type: 'hardBreak' }

export interface Mentioned {
  id: string
  label: string
}

/** Code first: nothing counts inside it. Stars and lines count only around words. */
const format = /`([^`\n]+)`|\*\*(?=\S)([^\n]+?)(?<=\S)\*\*|(?<![\p{L}\p{N}])([*_])(?=\S)([^\n]+?)(?<=\S)\3(?![\p{L}\p{N}])/gu
const deepest = 3

/** Reads what a person typed: `**bold**`, `*italic*`, `` `code` ``, addresses, and the mentions that he chose. */
export function bodyOf(text: string, mentioned: readonly Mentioned[]): CommentBody {
  const lines = text.replace(/\r\n?/g, '\n').trim().split('\n')
  return {
    type: 'doc',
    content: lines.map((line) => {
      const content = formatted(line, [], mentioned, 0)
      return content.length > 0 ? { type: 'paragraph', content } : { type: 'paragraph' }
    }),
  }
}

function formatted(text: string, marks: CommentMark[], mentioned: readonly Mentioned[], depth: number): CommentNode[] {
  const nodes: CommentNode[] = []
  let at = 0
  for (const found of depth < deepest ? text.matchAll(format) : []) {
    nodes.push(...plain(text.slice(at, found.index), marks, mentioned))
    const [whole, code, bold, , italic] = found
    if (code !== undefined) nodes.push({ type: 'text', text: code, marks: [...marks, { type: 'code' }] })
    else nodes.push(...formatted(bold ?? italic ?? '', withMark(marks, bold === undefined ? 'italic' : 'bold'), mentioned, depth + 1))
    at = found.index + whole.length
  }
  return [...nodes, ...plain(text.slice(at), marks, mentioned)]
}

const withMark = (marks: CommentMark[], type: 'bold' | 'italic'): CommentMark[] =>
  marks.some((mark) => mark.type === type) ? marks : [...marks, { type }]

/** Mentions and addresses; the longest name first, so that Ann does not cut Anna. */
function plain(text: string, marks: CommentMark[], mentioned: readonly Mentioned[]): CommentNode[] {
  const [mention, ...others] = [...mentioned].sort((one, other) => other.label.length - one.label.length)
  if (mention) {
    return text
      .split(`@${mention.label}`)
      .flatMap((part, index): CommentNode[] => [
        ...(index > 0 ? [{ type: 'mention' as const, attrs: { kind: 'person' as const, id: mention.id, label: mention.label } }] : []),
        ...plain(part, marks, others),
      ])
  }
  return textParts(text).map((part) => {
    const all: CommentMark[] = part.href ? [...marks, { type: 'link', attrs: { href: part.href } }] : marks
    return { type: 'text', text: part.text, ...(all.length > 0 ? { marks: all } : {}) }
  })
}

/** What a person would have typed to say this. */
export function typedOf(body: CommentBody): { text: string; mentioned: Mentioned[] } {
  const mentioned = new Map<string, Mentioned>()
  for (const node of (body.content ?? []).flatMap(({ content }) => content ?? []))
    if (node.type === 'mention') mentioned.set(node.attrs.id, { id: node.attrs.id, label: node.attrs.label })
  return { text: (body.content ?? []).map(({ content }) => typedLine(content ?? [])).join('\n'), mentioned: [...mentioned.values()] }
}

const signs = { bold: '**', italic: '*' }

/** A sign stands where its format begins and ends, not around each piece of it. */
function typedLine(nodes: CommentNode[]): string {
  const open: ('bold' | 'italic')[] = []
  let typed = ''
  const show = (wanted: readonly ('bold' | 'italic')[]) => {
    const kept = open.findIndex((sign) => !wanted.includes(sign))
    for (const sign of kept < 0 ? [] : open.splice(kept).reverse()) typed += signs[sign]
    for (const sign of wanted) {
      if (open.includes(sign)) continue
      open.push(sign)
      typed += signs[sign]
    }
  }
  for (const node of nodes) {
    const marks = node.type === 'text' ? (node.marks ?? []).map(({ type }) => type) : []
    show(marks.filter((type) => type === 'bold' || type === 'italic'))
    if (node.type === 'text') typed += marks.includes('code') ? `\`${node.text}\`` : node.text
    else typed += node.type === 'mention' ? `@${node.attrs.label}` : '\n'
  }
  show([])
  return typed
}

/** Where a link of somebody else's comment may lead: only to the web and to mailboxes. */
export function safeAddress(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined
  return ['http:', 'https:', 'mailto:'].includes(new URL(href).protocol) ? href : undefined
}
