import { safeAddress } from '../schema/addresses.ts'
import { documentSchema } from '../schema/documentSchema.ts'

export interface JsonMark {
  type: string
  attrs?: Record<string, unknown>
  /** The HTML tag that opened it, while reading. */
  tag?: string
}

/** A node on its way into a document: what it holds may not fit yet. */
export interface Json {
  type: string
  attrs?: Record<string, unknown>
  content?: Json[]
  marks?: JsonMark[]
  text?: string
}

/** Deeper than what people write; each level of a hostile text costs stack in whoever opens the document. */
const MAX_DEPTH = 40

/** Blocks as the schema wants them: nothing is refused, and no word gets lost. */
export function fitBlocks(blocks: Json[], depth = 0): Json[] {
  const fitted = blocks.flatMap((block) => fitBlock(block, depth))
  return fitted.length > 0 ? fitted : [{ type: 'paragraph' }]
}

function fitBlock(block: Json, depth: number): Json[] {
  const { type, attrs, content = [] } = block
  const keep = (children: Json[]): Json[] => [{ type, ...(attrs && { attrs }), ...(children.length > 0 && { content: children }) }]
  if (depth > MAX_DEPTH && documentSchema.nodes[type]?.isInGroup('block'))
    return [{ type: 'paragraph', content: fitInline([{ type: 'text', text: textOf(block) }]) }]
  switch (type) {
    case 'paragraph':
    case 'heading':
    case 'detailsSummary':
      return keep(fitInline(content))
    case 'codeBlock':
      return keep(fitInline(content).map(({ text = '\n' }) => ({ type: 'text', text })))
    case 'bulletList':
    case 'orderedList':
    case 'taskList':
      return content.length > 0 ? keep(content.flatMap((item) => fitBlock(item, depth + 1))) : []
    case 'listItem':
    case 'taskItem': {
      const inside = fitBlocks(content, depth + 1)
      return keep(inside[0]?.type === 'paragraph' ? inside : [{ type: 'paragraph' }, ...inside])
    }
    case 'table':
      return content.some((row) => row.content?.length) ? keep(content.flatMap((row) => fitBlock(row, depth + 1))) : []
    case 'tableRow':
      return keep(content.flatMap((cell) => fitBlock(cell, depth + 1)))
    case 'details':
      return keep(content.flatMap((part) => fitBlock(part, depth + 1)))
    case 'image':
      return fitImage(block)
    default:
      if (documentSchema.nodes[type]?.isLeaf) return keep([])
      return keep(fitBlocks(content, depth + 1))
  }
}

/** A picture whose address no document takes leaves its description. */
function fitImage(image: Json): Json[] {
  if (documentSchema.nodes.image?.create(image.attrs).attrs.src) return [image]
  const alt = String(image.attrs?.alt ?? '').trim()
  return alt ? [{ type: 'paragraph', content: [{ type: 'text', text: alt }] }] : []
}

export function fitInline(content: Json[]): Json[] {
  const fitted: Json[] = []
  for (const { type, text, attrs, marks = [] } of content) {
    if (type === 'text' && !text) continue
    if (type === 'text') {
      const own = fitMarks(marks)
      const last = fitted.at(-1)
      if (last?.text !== undefined && isSame(last.marks, own)) last.text += text
      else fitted.push({ type, text: text as string, ...(own.length > 0 && { marks: own }) })
    } else {
      const own = type === 'hardBreak' ? [] : fitMarks(marks)
      fitted.push({ type, ...(attrs && { attrs }), ...(own.length > 0 && { marks: own }) })
    }
  }
  return fitted
}

function fitMarks(marks: JsonMark[]): JsonMark[] {
  if (marks.some(({ type }) => type === 'code')) return [{ type: 'code' }]
  const byType = new Map<string, JsonMark>()
  for (const { type, attrs } of marks) {
    if (type === 'link' && safeAddress(String(attrs?.href ?? '')) === null) continue
    byType.set(type, { type, ...(attrs && { attrs }) })
  }
  return [...byType.values()].sort((one, other) => (one.type < other.type ? -1 : 1))
}

const isSame = (some: JsonMark[] = [], others: JsonMark[]) => JSON.stringify(some) === JSON.stringify(others)

/** The words of something too deep, whatever it is. */
function textOf(node: Json): string {
  const words: string[] = []
  const rest = [node]
  for (let next = rest.pop(); next; next = rest.pop()) {
    if (next.text) words.push(next.text)
    for (const child of (next.content ?? []).toReversed()) rest.push(child)
  }
  return words.join(' ')
}
