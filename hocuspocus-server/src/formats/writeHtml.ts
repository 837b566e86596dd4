import { safeAddress } from '../schema/addresses.ts'
import type { Json, JsonMark } from './fit.ts'

/** Where things lie for whoever reads what is written. */
export interface Addresses {
  /** The address of a stored picture or file. */
  stored(src: string): string
  /** What a mention says, and where it leads. */
  mention(attrs: Record<string, unknown>): { text: string; href: string | null }
  /** Sound and video play in place, and a file is saved under its name. */
  plays?: true
}

/** As documents have it: what is written with these is read back as it was. */
export const STORED: Addresses = {
  stored: (src) => src,
  mention: ({ kind, id, label }) => ({
    text: kind === 'person' ? `@${label ?? ''}` : kind === 'date' ? String(id) : String(label ?? 'page'),
    href: id ? `atrium:${kind}/${id}` : null,
  }),
}

/** The content of a document as HTML without a script, a style or an address that the schema would not take. Every word is escaped. */
export function writeHtml(blocks: Json[], addresses: Addresses = STORED): string {
  return blocks.map((block) => blockHtml(block, addresses)).join('')
}

export const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

type Attributes = Record<string, unknown>

function element(tag: string, attributes: Attributes, content: string | null): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined && value !== false)
    .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${escapeHtml(String(value)).replaceAll('\n', '&#10;')}"`))
  return `<${tag}${written.join('')}>${content === null ? '' : `${content}</${tag}>`}`
}

function blockHtml({ type, attrs = {}, content = [], text }: Json, addresses: Addresses): string {
  const inside = () => writeHtml(content, addresses)
  const words = () => writeInlineHtml(content, addresses)
  switch (type) {
    case 'paragraph':
      return element('p', { 'data-align': attrs.textAlign }, words())
    case 'heading':
      return element(`h${headingLevel(attrs.level)}`, { 'data-align': attrs.textAlign }, words())
    case 'bulletList':
      return element('ul', {}, inside())
    case 'orderedList':
      return element('ol', { start: attrs.start === 1 ? null : attrs.start, type: attrs.type }, inside())
    case 'listItem':
      return element('li', {}, inside())
    case 'taskList':
      return element('ul', { 'data-type': 'taskList' }, inside())
    case 'taskItem': {
      const box = element('input', { type: 'checkbox', disabled: true, checked: attrs.checked === true }, null)
      return element('li', { 'data-type': 'taskItem', 'data-checked': String(attrs.checked === true) }, `${box}<div>${inside()}</div>`)
    }
    case 'blockquote':
      return element('blockquote', {}, inside())
    case 'callout':
      return element('div', { 'data-type': 'callout', 'data-kind': attrs.kind }, inside())
    case 'codeBlock': {
      const code = escapeHtml(content.map(({ text = '' }) => text).join('')).replaceAll('\n', '&#10;')
      return `<pre>${element('code', { class: attrs.language ? `language-${attrs.language}` : null }, code)}</pre>`
    }
    case 'horizontalRule':
      return '<hr>'
    case 'details':
      return element('details', {}, inside())
    case 'detailsSummary':
      return element('summary', {}, words())
    case 'detailsContent':
      return element('div', { 'data-type': 'detailsContent' }, inside())
    case 'table':
      return element('table', {}, `<tbody>${inside()}</tbody>`)
    case 'tableRow':
      return element('tr', {}, inside())
    case 'tableHeader':
    case 'tableCell':
      return element(type === 'tableHeader' ? 'th' : 'td', cellAttributes(attrs), inside())
    case 'image':
      return imageHtml(attrs, addresses)
    case 'file':
      return fileHtml(attrs, addresses)
    case 'blockMath':
      return element(
        'div',
        { 'data-type': 'blockMath', 'data-latex': attrs.latex },
        escapeHtml(String(attrs.latex ?? '')).replaceAll('\n', '&#10;'),
      )
    default:
      return text === undefined ? inside() : writeInlineHtml([{ type, text }], addresses)
  }
}

const headingLevel = (level: unknown) => (level === 1 || level === 2 ? level : 3)

const more = (value: unknown) => (Number(value) > 1 ? Number(value) : null)

function cellAttributes({ colspan, rowspan, colwidth, align }: Attributes): Attributes {
  return { colspan: more(colspan), rowspan: more(rowspan), colwidth: Array.isArray(colwidth) ? colwidth.join() : null, align }
}

function imageHtml({ src, alt, title, width, align }: Attributes, addresses: Addresses): string {
  if (typeof src !== 'string') return ''
  const address = addresses.stored(src)
  return element('img', { src: address, alt: alt ?? '', title, 'data-width': width, 'data-align': align }, null)
}

function fileHtml({ src, name, size, mime }: Attributes, addresses: Addresses): string {
  if (typeof src !== 'string') return ''
  const address = addresses.stored(src)
  const link = element('a', { href: address, download: addresses.plays ? name || 'file' : null }, escapeHtml(String(name || 'file')))
  const [, medium] = (addresses.plays && /^(audio|video)\//.exec(String(mime))) || []
  const player = medium ? element(medium, { src: address, controls: true, preload: 'none', 'aria-label': name }, '') : ''
  return element('div', { 'data-type': 'file', 'data-src': src, 'data-name': name, 'data-size': size, 'data-mime': mime }, player + link)
}

export function writeInlineHtml(content: Json[], addresses: Addresses = STORED): string {
  return content.map((node) => wrap(inlineHtml(node, addresses), node.marks ?? [])).join('')
}

function inlineHtml({ type, text, attrs = {} }: Json, addresses: Addresses): string {
  if (text !== undefined) return escapeHtml(text)
  if (type === 'hardBreak') return '<br>'
  if (type === 'inlineMath') {
    return element('span', { 'data-type': 'inlineMath', 'data-latex': attrs.latex }, escapeHtml(String(attrs.latex ?? '')))
  }
  if (type !== 'mention') return ''
  const { text: label, href } = addresses.mention(attrs)
  if (addresses !== STORED && href) return element('a', { href }, escapeHtml(label))
  return element(
    'span',
    { 'data-type': 'mention', 'data-kind': attrs.kind, 'data-id': attrs.id, 'data-label': attrs.label },
    escapeHtml(label),
  )
}

/** The first in this order is the outermost. */
const ORDER = ['link', 'bold', 'italic', 'strike', 'underline', 'highlight', 'textStyle', 'code']

function wrap(inside: string, marks: JsonMark[]): string {
  return ORDER.toReversed().reduce((html, type) => {
    const mark = marks.find((each) => each.type === type)
    return mark ? markHtml(mark, html) : html
  }, inside)
}

function markHtml({ type, attrs = {} }: JsonMark, inside: string): string {
  const [open, close] = markTags({ type, attrs })
  return open + inside + close
}

/** The tags of a mark. A link that leads nowhere good has none. */
export function markTags({ type, attrs = {} }: JsonMark): [open: string, close: string] {
  if (type === 'link') {
    const href = safeAddress(String(attrs.href ?? ''))
    return href ? [element('a', { href, title: attrs.title }, null), '</a>'] : ['', '']
  }
  if (type === 'highlight') return [element('mark', { 'data-highlight': attrs.color }, null), '</mark>']
  if (type === 'textStyle') return attrs.color ? [element('span', { 'data-colour': attrs.color }, null), '</span>'] : ['', '']
  const tag = { bold: 'strong', italic: 'em', strike: 's', underline: 'u', code: 'code' }[type]
  return tag ? [`<${tag}>`, `</${tag}>`] : ['', '']
}
