import { Extension, getSchema, Mark } from '@tiptap/core'
import { DOMSerializer } from '@tiptap/pm/model'
import type { HistoryNode } from '../../../../hocuspocus-server/src/history/answers.ts'
import { isStoredImage } from '../../../../hocuspocus-server/src/schema/addresses.ts'
import { documentExtensions } from '../../../../hocuspocus-server/src/schema/documentSchema.ts'
import { guardSchema } from '../../../../hocuspocus-server/src/schema/guard.ts'
import { hueOf } from '../../ui/avatar.ts'

/** Words that came, went or look different. A screen reader knows the first two. */
const Change = Mark.create({
  name: 'historyChange',
  excludes: '',
  addAttributes: () => ({
    kind: { default: null, renderHTML: () => ({}) },
    by: { default: null, renderHTML: ({ by }) => (by ? { 'data-by': by } : {}) },
  }),
  renderHTML({ mark, HTMLAttributes }) {
    const element = mark.attrs.kind === 'added' ? 'ins' : mark.attrs.kind === 'removed' ? 'del' : 'span'
    return [element, { ...HTMLAttributes, ...(mark.attrs.kind && { 'data-change': mark.attrs.kind }) }, 0]
  },
})

const documentNodes = documentExtensions()
const plainSchema = guardSchema(getSchema(documentNodes))

/** The same for blocks inside blocks, such as items of lists. */
const ChangedBlocks = Extension.create({
  name: 'historyBlocks',
  addGlobalAttributes: () => [
    {
      types: Object.keys(plainSchema.nodes).filter((name) => name !== 'doc' && name !== 'text'),
      attributes: {
        historyChange: {
          default: null,
          renderHTML: ({ historyChange }) => (historyChange ? { 'data-change': historyChange } : {}),
        },
      },
    },
  ],
})

const schema = guardSchema(getSchema([...documentNodes, Change, ChangedBlocks]))
const serializer = DOMSerializer.fromSchema(schema)

interface Json {
  type: string
  attrs?: Record<string, unknown>
  marks?: { type: string; attrs?: Record<string, unknown> }[]
  content?: Json[]
  text?: string
}

/** What the schema of this client can show. What it does not know is shown as the words that are in it. */
function fit(node: HistoryNode): Json {
  const marks = (node.marks ?? []).filter(({ type }) => type in schema.marks)
  const change = node.change ?? null
  if (!(node.type in schema.nodes)) {
    const text = wordsOf(node)
    return { type: 'paragraph', attrs: { historyChange: change }, ...(text && { content: [{ type: 'text', text, marks }] }) }
  }
  const isInline = schema.nodes[node.type]?.isInline ?? false
  if (isInline && (change || node.by)) marks.push({ type: Change.name, attrs: { kind: change, by: node.by ?? null } })
  const { text, content } = node
  return {
    type: node.type,
    ...(!isInline && { attrs: { ...node.attrs, historyChange: change } }),
    ...(isInline && node.attrs && { attrs: node.attrs }),
    ...(marks.length > 0 && { marks }),
    ...(text !== undefined && { text }),
    ...(content && { content: content.map((child) => fit(child)) }),
  }
}

export const wordsOf = (node: HistoryNode): string => node.text ?? (node.content ?? []).map((child) => wordsOf(child)).join(' ')

export interface DrawOptions {
  /** The address under which a stored picture can be shown. */
  resolveImage(src: string): Promise<string>
  nameOf(id: string): string
}

/** Draws one block, for reading only. Nothing in it is markup from the document: the schema makes every element. */
export function drawBlock(node: HistoryNode, options: DrawOptions): HTMLElement {
  const drawn = serializer.serializeNode(schema.nodeFromJSON(fit(node)))
  const holder = document.createElement('div')
  holder.append(drawn)
  for (const image of holder.querySelectorAll<HTMLImageElement>('img[data-src]')) drawImage(image, options)
  for (const element of holder.querySelectorAll<HTMLElement>('[data-by]')) {
    const id = element.dataset.by as string
    element.style.setProperty('--hue', String(hueOf(id)))
    element.title = options.nameOf(id)
  }
  for (const input of holder.querySelectorAll('input')) input.disabled = true
  for (const details of holder.querySelectorAll('details')) details.open = true
  return holder
}

function drawImage(image: HTMLImageElement, { resolveImage }: DrawOptions): void {
  const src = isStoredImage(image.dataset.src) ? image.dataset.src : null
  const hide = () => {
    image.replaceWith(Object.assign(document.createElement('p'), { textContent: image.alt || '—', className: 'version-missing' }))
  }
  image.addEventListener('error', hide)
  if (src)
    resolveImage(src).then((address) => {
      image.src = address
    }, hide)
  else hide()
}

/** What somebody takes along: without marks of changes. */
export function copyOf(nodes: HistoryNode[]): { html: string; text: string } {
  const holder = document.createElement('div')
  for (const node of nodes) holder.append(serializer.serializeNode(schema.nodeFromJSON(fit(plain(node)))))
  return { html: holder.innerHTML, text: nodes.map(linesOf).join('\n\n') }
}

function plain({ by: _, change: __, before: ___, after: ____, content, ...node }: HistoryNode): HistoryNode {
  return { ...node, ...(content && { content: content.map((child) => plain(child)) }) }
}

function linesOf(node: HistoryNode): string {
  if (node.text !== undefined) return node.text
  if (node.type === 'hardBreak') return '\n'
  const children = node.content ?? []
  return children.map(linesOf).join(children.some(({ text }) => text !== undefined) ? '' : '\n')
}
