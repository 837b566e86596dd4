import { DOMParser, type Node, type ParseRule } from '@tiptap/pm/model'
import { parseHTML } from 'linkedom'
import { documentSchema } from '../schema/documentSchema.ts'
import { fitBlocks, fitInline, type Json } from './fit.ts'

/** Each level costs stack; what lies deeper keeps its words. */
const MAX_DEPTH = 60

/** What other programs write, beside what the schema itself reads. */
const rules: ParseRule[] = [
  {
    tag: 'img[src]',
    node: 'image',
    priority: 60,
    // Nobody asks for it here: the schema takes addresses of the web as they are, and nothing else.
    getAttrs: (element) => ({
      src: element.getAttribute('data-src') ?? element.getAttribute('src'),
      alt: element.getAttribute('alt'),
      title: element.getAttribute('title'),
      width: Number(element.getAttribute('data-width')) || null,
      align: element.getAttribute('data-align'),
    }),
  },
  { tag: 'h4, h5, h6', node: 'heading', getAttrs: () => ({ level: 3 }) },
  { tag: 'kbd, samp, tt', mark: 'code' },
]

const parser = new DOMParser(documentSchema, [...rules, ...DOMParser.fromSchema(documentSchema).rules])

/** A document from HTML: what the schema knows is kept, everything else leaves its words. Nothing is loaded, nothing runs. */
export function readHtml(html: string, resolve?: Resolve): Node {
  return documentSchema.nodeFromJSON({ type: 'doc', content: fitBlocks(htmlToBlocks(resolve ? resolveInHtml(html, resolve) : html)) })
}

/** Where an address leads that stands in a file: relative ones mean other files. Null when nowhere. */
export type Resolve = (address: string) => string | null

export function resolveInHtml(html: string, resolve: Resolve): string {
  return html.replace(/(\s(?:src|href)\s*=\s*)(?:"([^"]*)"|'([^']*)')/gi, (_, name: string, double?: string, single?: string) => {
    const address = (double ?? single ?? '').replaceAll('&amp;', '&')
    return `${name}"${(resolve(address) ?? '').replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`
  })
}

export function htmlToBlocks(html: string): Json[] {
  if (!html.trim()) return []
  const body = bodyOf(html)
  for (const element of body.querySelectorAll('script, style, noscript, template, iframe, object, svg, head, title')) element.remove()
  markTasks(body)
  flatten(body)
  const content = parser.parse(body as unknown as globalThis.Node).toJSON().content as Json[]
  return content
}

/** Words and what stands between them, of the first paragraph; with `isAtom` the one thing that this HTML is. */
export function htmlToInline(html: string, isAtom = false): Json[] {
  const blocks = htmlToBlocks(isAtom ? html : `<p>${html}</p>`)
  if (isAtom && blocks[0]?.type === 'image') return [blocks[0]]
  const content = fitInline(blocks[0]?.content ?? [])
  return isAtom ? content.filter(({ type }) => type === 'inlineMath' || type === 'mention') : content
}

function bodyOf(html: string) {
  const { document } = parseHTML(/<body[\s>]/i.test(html) ? html : `<!doctype html><html><body>${html}</body></html>`)
  return document.body
}

/** `<li><input type="checkbox">`, as GitHub and others write tasks. */
function markTasks(body: HTMLElement): void {
  for (const box of body.querySelectorAll('li input[type="checkbox"]')) {
    const item = box.closest('li')
    const list = item?.parentElement
    if (item && list && !item.hasAttribute('data-checked')) {
      item.setAttribute('data-type', 'taskItem')
      item.setAttribute('data-checked', String(box.hasAttribute('checked')))
      list.setAttribute('data-type', 'taskList')
    }
    box.remove()
  }
}

function flatten(body: HTMLElement): void {
  const rest: [element: Element, depth: number][] = [[body, 0]]
  for (let next = rest.pop(); next; next = rest.pop()) {
    const [element, depth] = next
    if (depth >= MAX_DEPTH) element.replaceWith(body.ownerDocument.createTextNode(element.textContent ?? ''))
    else for (const child of element.children) rest.push([child, depth + 1])
  }
}
