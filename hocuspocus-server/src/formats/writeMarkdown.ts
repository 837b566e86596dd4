import { isStoredFile, safeAddress } from '../schema/addresses.ts'
import { fitInline, type Json, type JsonMark } from './fit.ts'
import { readLine } from './readMarkdown.ts'
import { type Addresses, markTags, STORED, writeHtml, writeInlineHtml } from './writeHtml.ts'

/** Markdown of what a document says: read again, it is the same document as far as Markdown can say it. Where it has no sign of its own
 *  (underlined, coloured, tables with merged cells), it is HTML, which Markdown allows. Empty paragraphs, alignment and the width of
 *  columns are not kept. */
export function writeMarkdown(blocks: Json[], addresses: Addresses = STORED): string {
  const text = writeBlocks(blocks, addresses)
  return text ? `${text}\n` : ''
}

const LISTS = new Set(['bulletList', 'orderedList', 'taskList'])

function writeBlocks(blocks: Json[], addresses: Addresses): string {
  const written: string[] = []
  let previous = null as { kind: string; isAlternate: boolean } | null
  for (const block of blocks) {
    const kind = block.type === 'orderedList' ? 'ordered' : LISTS.has(block.type) ? 'bullet' : ''
    // Two lists in a row would be read as one, if they had the same sign.
    const isAlternate: boolean = kind !== '' && previous?.kind === kind && !previous.isAlternate
    const text = writeBlock(block, addresses, isAlternate)
    if (text === '') continue
    written.push(text)
    previous = { kind, isAlternate }
  }
  return written.join('\n\n')
}

function writeBlock(block: Json, addresses: Addresses, isAlternate = false): string {
  const { type, attrs = {}, content = [] } = block
  switch (type) {
    case 'paragraph':
      return writeLine(content, addresses)
    case 'heading': {
      const sign = '#'.repeat(attrs.level === 1 || attrs.level === 2 ? attrs.level : 3)
      return `${sign} ${writeLine(content, addresses, { sign, isOneLine: true })}`.trimEnd()
    }
    case 'bulletList':
    case 'taskList':
      return content.map((item) => writeItem(item, isAlternate ? '* ' : '- ', addresses)).join('\n')
    case 'orderedList':
      return content
        .map((item, index) => writeItem(item, `${Number(attrs.start ?? 1) + index}${isAlternate ? ')' : '.'} `, addresses))
        .join('\n')
    case 'blockquote':
      return prefix(writeBlocks(content, addresses), '> ')
    case 'callout':
      return writeCallout(block, addresses)
    case 'codeBlock':
      return writeCode(content.map(({ text = '' }) => text).join(''), attrs.language)
    case 'horizontalRule':
      return '---'
    case 'details':
      return writeDetails(content, addresses)
    case 'table':
      return writeTable(block, addresses) ?? writeHtml([block], addresses)
    case 'image':
      return writeImage(block, addresses)
    case 'file':
      return writeFile(attrs, addresses)
    case 'blockMath': {
      const latex = String(attrs.latex ?? '')
      return isFenceable(latex) ? `$$\n${latex}${latex && '\n'}$$` : writeHtml([block], addresses)
    }
    default:
      return writeBlocks(content, addresses)
  }
}

function prefix(text: string, sign: string): string {
  return text
    .split('\n')
    .map((line) => (line ? sign + line : sign.trimEnd()))
    .join('\n')
}

function indent(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => (line ? ' '.repeat(width) + line : line))
    .join('\n')
}

function writeItem({ type, attrs = {}, content = [] }: Json, sign: string, addresses: Addresses): string {
  const first = content[0]?.type === 'paragraph' ? content[0] : undefined
  const rest = first ? content.slice(1) : content
  const box = type === 'taskItem' ? `[${attrs.checked === true ? 'x' : ' '}] ` : ''
  const line = `${sign}${box}${indent(writeLine(first?.content ?? [], addresses), sign.length).trimStart()}`.trimEnd()
  const inside = indent(writeBlocks(rest, addresses), sign.length)
  if (!inside) return line
  return line + (interrupts(rest[0]) || (line === sign.trimEnd() && !box) ? '\n' : '\n\n') + inside
}

/** A list of which Markdown sees that it begins, right below a line of text. */
function interrupts(block: Json | undefined): boolean {
  const isFirst = block?.type !== 'orderedList' || (block.attrs?.start ?? 1) === 1
  return block !== undefined && LISTS.has(block.type) && isFirst && Boolean(block.content?.[0]?.content?.[0]?.content?.length)
}

const ALERTS: Record<string, string> = { info: 'NOTE', success: 'TIP', warning: 'WARNING', danger: 'CAUTION' }

function writeCallout({ attrs = {}, content = [] }: Json, addresses: Addresses): string {
  const inside = writeBlocks(content, addresses)
  const gap = content[0]?.type === 'paragraph' ? '\n' : '\n\n'
  return prefix(`[!${ALERTS[String(attrs.kind)] ?? 'NOTE'}]${inside && gap + inside}`, '> ')
}

function writeCode(text: string, language: unknown): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language ?? ''}\n${text}${text && '\n'}${fence}`
}

function writeDetails(content: Json[], addresses: Addresses): string {
  const [summary, body] = content
  const inside = writeBlocks(body?.content ?? [], addresses)
  return `<details>\n<summary>${writeInlineHtml(summary?.content ?? [], addresses)}</summary>\n\n${inside && `${inside}\n\n`}</details>`
}

const isFenceable = (latex: string) => !/^\s*\$\$/m.test(latex) && !/\r/.test(latex)

/** Null when Markdown's own tables cannot say it. */
function writeTable({ content: rows = [] }: Json, addresses: Addresses): string | null {
  const [head] = rows
  const columns = head?.content?.length ?? 0
  const isPlain = rows.every(
    ({ content: cells = [] }, row) =>
      cells.length === columns &&
      cells.every(
        ({ type, attrs = {}, content = [] }, column) =>
          type === (row === 0 ? 'tableHeader' : 'tableCell') &&
          (attrs.colspan ?? 1) === 1 &&
          (attrs.rowspan ?? 1) === 1 &&
          (attrs.align ?? null) === (head?.content?.[column]?.attrs?.align ?? null) &&
          content.length === 1 &&
          content[0]?.type === 'paragraph',
      ),
  )
  if (columns === 0 || !isPlain) return null
  const lines = rows.map(({ content = [] }) => {
    const cells = content.map((cell) => writeLine(cell.content?.[0]?.content ?? [], addresses, { isOneLine: true }).replaceAll('|', '\\|'))
    return `| ${cells.join(' | ')} |`
  })
  const rule = (head?.content ?? []).map(({ attrs }) => RULES[String(attrs?.align ?? '')] ?? '---')
  lines.splice(1, 0, `| ${rule.join(' | ')} |`)
  return lines.join('\n')
}

const RULES: Record<string, string> = { left: ':--', center: ':-:', right: '--:' }

function writeImage(image: Json, addresses: Addresses): string {
  const { src, alt, title, width, align } = image.attrs ?? {}
  if (typeof src !== 'string') return ''
  if (width || align) return writeHtml([image], addresses)
  return `![${escapeWords(String(alt ?? ''))}](${destination(addresses.stored(src), title)})`
}

function writeFile({ src, name, size, mime }: Record<string, unknown>, addresses: Addresses): string {
  if (!isStoredFile(src)) return ''
  return `[${escapeWords(String(name ?? ''))}](${destination(addresses.stored(src), mime && `${mime}, ${size} bytes`)})`
}

function destination(address: string, title: unknown): string {
  const target = /[\s()<>]/.test(address) ? `<${address.replace(/[<>\n]/g, encodeURIComponent)}>` : address
  return title
    ? `${target} "${String(title)
        .replace(/\s+/g, ' ')
        .replace(/["\\&]/g, '\\$&')}"`
    : target
}

interface LineOptions {
  /** What stands before it on its line. */
  sign?: string
  /** A break must not end the line. */
  isOneLine?: boolean
}

/** Signs for marks: the first that is read back as what it was. */
type Style = 'stars' | 'underscores' | 'html'
const STYLES: Style[] = ['stars', 'underscores', 'html']
/** Words that no rule of Markdown could take for anything else. */
const PLAIN = /^\p{L}(?:[\p{L}\p{N} ,;'"()?%.-]*[\p{L}\p{N},;'"()?%.])?$/u

function writeLine(content: Json[], addresses: Addresses, { sign = '', isOneLine = false }: LineOptions = {}): string {
  const nodes = expelSpaces(fitInline(content))
  const [only] = nodes
  if (nodes.length === 1 && only?.text !== undefined && !only.marks && PLAIN.test(only.text)) return only.text
  if (isPlain(nodes)) return writeInline(nodes, 'stars', addresses, isOneLine)
  const wanted = canonical(nodes)
  const style = STYLES.find((each) => {
    const read = each === 'html' || readLine(`${sign} ${writeInline(nodes, each, STORED, isOneLine)}`.trimStart(), sign !== '')
    return read === true || (read && canonical(read) === wanted)
  })
  return writeInline(nodes, style ?? 'html', addresses, isOneLine)
}

/** Characters that are no sign of Markdown wherever they stand, but for addresses. */
const UNSIGNED = /^[\p{L}\p{N}\s,.;:'"()?%/@–—…“”„’«»-]*$/u
const ADDRESS = /\/\/|\b(https?|ftp|mailto):/i

/** Whether the signs of every mark are sure to be read as such, so that nobody has to try: single marks on words, between spaces. */
function isPlain(nodes: Json[]): boolean {
  const [first, last] = [nodes[0]?.text ?? '', nodes.at(-1)?.text ?? '']
  if (!/^\p{L}/u.test(first) || /\s$/.test(last)) return false
  return nodes.every(({ type, text, marks = [] }, index) => {
    if (type !== 'text' || text === undefined || marks.length > 1 || !UNSIGNED.test(text) || ADDRESS.test(text)) return false
    return marks[0] === undefined || isPlainMark(marks[0], text, nodes[index - 1], nodes[index + 1])
  })
}

const WORD = /^[\p{L}\p{N}](.*[\p{L}\p{N}])?$/u
const CLEAR = new Set(['code', 'bold', 'italic', 'strike'])

function isPlainMark({ type, attrs }: JsonMark, text: string, before: Json | undefined, after: Json | undefined): boolean {
  if (before?.marks || after?.marks || !WORD.test(text)) return false
  if (type === 'link') return !attrs?.title && /^https?:\/\/[\w./?=%-]+$/.test(String(attrs?.href))
  return CLEAR.has(type) && /[\s(]$|^$/.test(before?.text ?? '') && /^[\s,.;:?)]|^$/.test(after?.text ?? '')
}

/** The same for what is the same. */
function canonical(nodes: Json[]): string {
  return JSON.stringify(
    nodes.map(({ type, text, attrs = {}, marks = [] }) => [
      type,
      text,
      Object.entries(attrs).filter(([, value]) => value !== null),
      marks.map((mark) => [mark.type, markTags(mark)]),
    ]),
  )
}

const EMPHASIS = new Set(['bold', 'italic', 'strike', 'highlight'])

/** A space at the edge of bold words is not bold: nobody sees it, and Markdown cannot say it. */
function expelSpaces(nodes: Json[]): Json[] {
  const split = nodes.flatMap((node) => {
    if (node.text === undefined || !/^\s|\s$/.test(node.text) || !node.marks?.some(({ type }) => EMPHASIS.has(type))) return [node]
    const words = node.text.trim()
    const start = words ? node.text.indexOf(words) : node.text.length
    return [node.text.slice(0, start), words, node.text.slice(start + words.length)].filter(Boolean).map((text) => ({ ...node, text }))
  })
  const has = (node: Json | undefined, { type }: JsonMark) => node?.marks?.some((mark) => mark.type === type) === true
  const isBlank = (node: Json | undefined) => node?.text?.trim() === ''
  const beside = (index: number, step: number, mark: JsonMark) => {
    let at = index
    do at += step
    while (isBlank(split[at]) && has(split[at], mark))
    return has(split[at], mark)
  }
  return fitInline(
    split.map((node, index) => {
      if (!isBlank(node)) return node
      const marks = (node.marks ?? []).filter((mark) => !EMPHASIS.has(mark.type) || (beside(index, -1, mark) && beside(index, 1, mark)))
      return { ...node, marks }
    }),
  )
}

function writeInline(nodes: Json[], style: Style, addresses: Addresses, isOneLine: boolean): string {
  const dollars = nodes.reduce((count, { text = '' }) => count + text.split('$').length - 1, 0)
  const open: JsonMark[] = []
  let written = ''
  const close = (count: number) => {
    while (open.length > count) written += signs(open.pop() as JsonMark, style, addresses)[1]
  }
  nodes.forEach((node, index) => {
    if (isAddress(node) && style !== 'html') {
      close(0)
      written += `<${node.text}>`
      return
    }
    const marks = (node.marks ?? []).filter(({ type }) => type !== 'code')
    const kept = open.findIndex((mark) => !marks.some((other) => isSame(mark, other)))
    close(kept < 0 ? open.length : kept)
    const reach = (mark: JsonMark) => {
      const end = nodes.findIndex((other, place) => place > index && !other.marks?.some((each) => isSame(each, mark)))
      return end < 0 ? nodes.length : end
    }
    const opened = marks.filter((mark) => !open.some((other) => isSame(mark, other))).sort((one, other) => reach(other) - reach(one))
    for (const mark of opened) {
      written += signs(mark, style, addresses)[0]
      open.push(mark)
    }
    written += writeNode(node, style, addresses, {
      isOneLine,
      hasMath: dollars > 1,
      isLineStart: written === '' || written.endsWith('\\\n'),
    })
  })
  close(0)
  return fenceSpaces(written)
}

/** A link that shows its own address. */
function isAddress({ text, marks = [] }: Json): boolean {
  const [mark] = marks
  return (
    marks.length === 1 && mark?.type === 'link' && !mark.attrs?.title && text === mark.attrs?.href && /^https?:[^\s<>]+$/.test(text ?? '')
  )
}

const isSame = (one: JsonMark, other: JsonMark) =>
  one.type === other.type && JSON.stringify(markTags(one)) === JSON.stringify(markTags(other))

function signs(mark: JsonMark, style: Style, addresses: Addresses): [open: string, close: string] {
  if (mark.type === 'link' && style !== 'html') {
    const href = safeAddress(String(mark.attrs?.href ?? ''))
    return href ? ['[', `](${destination(addresses.stored(href), mark.attrs?.title)})`] : ['', '']
  }
  const italic = style === 'underscores' ? '_' : '*'
  const sign = { bold: '**', italic, strike: '~~', highlight: mark.attrs?.color ? undefined : '==' }[mark.type]
  return sign && style !== 'html' ? [sign, sign] : markTags(mark)
}

interface Place {
  isOneLine: boolean
  hasMath: boolean
  isLineStart: boolean
}

function writeNode({ type, text, attrs = {}, marks = [] }: Json, style: Style, addresses: Addresses, place: Place): string {
  if (text !== undefined) {
    if (marks.some((mark) => mark.type === 'code')) return style === 'html' ? `<code>${escapeAll(text)}</code>` : codeSpan(text)
    return style === 'html' ? escapeAll(text) : escapeText(text, place)
  }
  if (type === 'hardBreak') return place.isOneLine ? '<br>' : '\\\n'
  if (type === 'inlineMath') {
    const latex = String(attrs.latex ?? '')
    // Without words inside: Markdown would read them as such.
    return style === 'html' ? `${writeInlineHtml([{ type, attrs }]).replace(/>[^<]*<\/span>$/, '></span>')}` : `$${latex}$`
  }
  if (type !== 'mention') return ''
  const { text: label, href } = addresses.mention(attrs)
  const words = escapeWords(label)
  return href ? `[${words}](${destination(href, null)})` : words
}

function codeSpan(text: string): string {
  const runs = new Set([...text.matchAll(/`+/g)].map(([run]) => run.length))
  let length = 1
  while (runs.has(length)) length += 1
  const pad = /^`|`$|^ .* $/.test(text) && text.trim() ? ' ' : ''
  return '`'.repeat(length) + pad + text + pad + '`'.repeat(length)
}

/** Words as Markdown that means the words. */
function escapeText(text: string, { isLineStart, hasMath }: Place): string {
  const escaped = text
    .replace(/[\\`*[\]]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|<(?=[a-z/!?])|&(?=#?\w+;)|~(?=~)|(?<=~)~|=(?==)|(?<==)=|!$/giu, '\\$&')
    .replace(/\b(https?|ftp|mailto):/gi, '$1\\:')
    .replaceAll('\n', '&#10;')
  const safe = hasMath ? escaped.replaceAll('$', '\\$') : escaped
  if (!isLineStart) return safe
  return safe.replace(/^(#{1,6}(?=\s|$)|>|[-+](?=\s|$)|(?=[-=]+\s*$)[-=])/, '\\$1').replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
}

const escapeAll = (text: string) => text.replace(/[!-/:-@[-`{-~]/g, '\\$&').replaceAll('\n', '&#10;')

/** A name or a description: nothing in it is a sign. */
const escapeWords = (text: string) => text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>&!~=$:]/g, '\\$&')

/** Spaces at the edges of lines would be dropped. */
function fenceSpaces(text: string): string {
  const coded = (space: string) => [...space].map((character) => `&#${character.charCodeAt(0)};`).join('')
  return text
    .split('\\\n')
    .map((line) => line.replace(/^\s+/, coded).replace(/\s+$/, coded))
    .join('\\\n')
}
