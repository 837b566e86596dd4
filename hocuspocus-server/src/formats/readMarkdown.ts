import type { Node } from '@tiptap/pm/model'
import type { Token } from 'markdown-it'
import { isStoredFile } from '../schema/addresses.ts'
import { documentSchema } from '../schema/documentSchema.ts'
import { fitBlocks, fitInline, type Json, type JsonMark } from './fit.ts'
import { markdownSyntax } from './markdownSyntax.ts'
import { htmlToBlocks, htmlToInline, type Resolve, resolveInHtml } from './readHtml.ts'

const syntax = markdownSyntax()

/** A document from Markdown. Whatever the text is, it becomes a document: what Markdown has and documents have not stays as text. */
export function readMarkdown(markdown: string, resolve?: Resolve): Node {
  const tokens = syntax.parse(markdown.replaceAll('\0', '').toWellFormed(), {})
  if (resolve) resolveAddresses(tokens, resolve)
  const reader = createReader(tokens)
  return documentSchema.nodeFromJSON({ type: 'doc', content: fitBlocks(reader.blocks(() => false)) })
}

function resolveAddresses(tokens: Token[], resolve: Resolve): void {
  for (const token of tokens) {
    if (token.children) resolveAddresses(token.children, resolve)
    if (token.type === 'html_block' || token.type === 'html_inline') token.content = resolveInHtml(token.content, resolve)
    const name = token.type === 'link_open' ? 'href' : token.type === 'image' ? 'src' : null
    if (name) token.attrSet(name, resolve(attributeOf(token, name)) ?? '')
  }
}

/** What one line of Markdown says, when it is a single paragraph (or heading); null when it is anything else. */
export function readLine(markdown: string, isHeading = false): Json[] | null {
  const tokens = syntax.parse(markdown, {})
  const [open, inline] = tokens
  if (tokens.length === 0) return []
  if (tokens.length !== 3 || open?.type !== (isHeading ? 'heading_open' : 'paragraph_open') || !inline?.children) return null
  return fitInline(inlineNodes(inline.children))
}

const ALERTS: Record<string, string> = { NOTE: 'info', IMPORTANT: 'info', TIP: 'success', WARNING: 'warning', CAUTION: 'danger' }
const ALERT = /^\[!(NOTE|IMPORTANT|TIP|WARNING|CAUTION)\][ \t]*(?:\n|$)/i
const DETAILS_OPEN = /^<details[^>]*>\s*(?:<summary[^>]*>([\s\S]*?)<\/summary>)?([\s\S]*)$/i
const DETAILS_CLOSE = /^\s*<\/details>\s*$/i

function createReader(tokens: Token[]) {
  let at = 0

  function blocks(isEnd: (token: Token) => boolean): Json[] {
    const found: Json[] = []
    while (at < tokens.length) {
      const token = tokens[at] as Token
      at += 1
      if (isEnd(token)) return found
      found.push(...block(token))
    }
    return found
  }

  const until = (type: string) => blocks((token) => token.type === type)

  function block(token: Token): Json[] {
    switch (token.type) {
      case 'paragraph_open':
        return paragraph(inlineOf('paragraph_close'))
      case 'heading_open':
        return withPictures(inlineOf('heading_close'), (content) => ({
          type: 'heading',
          attrs: { level: Math.min(Number(token.tag.slice(1)), 3) },
          content,
        }))
      case 'blockquote_open':
        return [quote()]
      case 'bullet_list_open':
        return list('bullet_list_close', 'bulletList')
      case 'ordered_list_open':
        return list('ordered_list_close', 'orderedList', { start: Number(token.attrGet('start') ?? 1) })
      case 'fence':
      case 'code_block':
        return [code(token.content.replace(/\n$/, ''), token.info.trim().split(/\s+/, 1)[0] || null)]
      case 'math_block':
        return [{ type: 'blockMath', attrs: { latex: token.content } }]
      case 'hr':
        return [{ type: 'horizontalRule' }]
      case 'table_open':
        return [table()]
      case 'html_block':
        return html(token.content)
      case 'inline': // Without a paragraph around it: a lone one in a hidden token's place.
        return paragraph(token)
      default:
        return []
    }
  }

  function inlineOf(close: string): Token {
    const inline = tokens[at] as Token
    while (tokens[at]?.type !== close) at += 1
    at += 1
    return inline
  }

  function quote(): Json {
    const first = tokens[at + 1]
    const alert = first?.type === 'inline' && tokens[at]?.type === 'paragraph_open' ? ALERT.exec(first.content) : null
    if (!alert || !first) return { type: 'blockquote', content: until('blockquote_close') }
    first.children = syntax.parseInline(first.content.slice(alert[0].length), {})[0]?.children ?? []
    first.content = first.content.slice(alert[0].length)
    const content = until('blockquote_close')
    // The line that only said which kind it is leaves no empty paragraph behind.
    if (first.content === '' && content.length > 1) content.shift()
    return { type: 'callout', attrs: { kind: ALERTS[(alert[1] as string).toUpperCase()] }, content }
  }

  /** Where items with and without a box follow each other, there are several lists. */
  function list(close: string, type: string, attrs?: Json['attrs']): Json[] {
    const lists: Json[] = []
    let count = 0
    while (at < tokens.length) {
      const token = tokens[at] as Token
      at += 1
      if (token.type === close) break
      const checked = (token.meta as { checked?: boolean } | null)?.checked
      const content = until('list_item_close')
      const isTask = checked !== undefined
      const wanted = isTask ? 'taskList' : type
      const item: Json = isTask ? { type: 'taskItem', attrs: { checked }, content } : { type: 'listItem', content }
      const last = lists.at(-1)
      if (last?.type === wanted) last.content?.push(item)
      else
        lists.push({
          type: wanted,
          ...(wanted === 'orderedList' && { attrs: { start: Number(attrs?.start ?? 1) + count } }),
          content: [item],
        })
      count += 1
    }
    return lists
  }

  function table(): Json {
    const rows: Json[] = []
    while (at < tokens.length) {
      const token = tokens[at] as Token
      at += 1
      if (token.type === 'table_close') break
      if (token.type === 'tr_open') rows.push({ type: 'tableRow', content: [] })
      if (token.type !== 'th_open' && token.type !== 'td_open') continue
      const align = /text-align:(\w+)/.exec(attributeOf(token, 'style'))?.[1] ?? null
      rows.at(-1)?.content?.push({
        type: token.type === 'th_open' ? 'tableHeader' : 'tableCell',
        attrs: { align },
        content: paragraph(inlineOf(token.type.replace('open', 'close'))),
      })
    }
    return { type: 'table', content: rows }
  }

  function html(source: string): Json[] {
    const open = DETAILS_OPEN.exec(source.trim())
    if (!open || /<\/details>/i.test(source)) return DETAILS_CLOSE.test(source) ? [] : htmlToBlocks(source)
    const [, summary = '', rest = ''] = open
    const inside = blocks((token) => token.type === 'html_block' && DETAILS_CLOSE.test(token.content))
    return [
      {
        type: 'details',
        content: [
          { type: 'detailsSummary', content: htmlToInline(summary) },
          { type: 'detailsContent', content: [...htmlToBlocks(rest), ...inside] },
        ],
      },
    ]
  }

  return { blocks }
}

/** The words of tokens without their marks. */
const textOf = (tokens: Token[]): string =>
  tokens.map(({ type, content, children }) => (type === 'softbreak' ? ' ' : type === 'image' ? textOf(children ?? []) : content)).join('')

const attributeOf = (token: Token, name: string) => String(token.attrGet(name) ?? '')

const code = (text: string, language: string | null): Json => ({
  type: 'codeBlock',
  attrs: { language },
  content: text ? [{ type: 'text', text }] : [],
})

function paragraph(inline: Token): Json[] {
  const file = fileIn(inline)
  if (file) return [file]
  return withPictures(inline, (content) => ({ type: 'paragraph', content }))
}

/** A link to a stored file that stands alone is the file itself. */
function fileIn({ children }: Token): Json | null {
  const [open, ...rest] = children ?? []
  const src = open?.type === 'link_open' ? open.attrGet('href') : null
  if (!isStoredFile(src) || rest.at(-1)?.type !== 'link_close' || rest.filter(({ type }) => type === 'link_close').length > 1) return null
  const [, mime = null, size = '0'] = /^(\S+\/\S+), (\d+) bytes$/.exec(open ? attributeOf(open, 'title') : '') ?? []
  return { type: 'file', attrs: { src, name: textOf(rest), mime, size: Number(size) } }
}

/** Pictures are blocks of their own: where one stands between words, the paragraph ends and another one begins. */
function withPictures(inline: Token, wrap: (content: Json[]) => Json): Json[] {
  const runs: Json[] = []
  let words: Json[] = []
  const end = () => {
    const content = trim(words)
    if (content.length > 0) runs.push(wrap(content))
    words = []
  }
  for (const node of inlineNodes(inline.children ?? [])) {
    if (node.type !== 'image') words.push(node)
    else {
      end()
      runs.push(node)
    }
  }
  if (runs.length === 0) return [wrap(words)]
  end()
  return runs
}

/** Spaces and breaks beside a picture were only there to set it apart. */
function trim(content: Json[]): Json[] {
  const isBlank = (node: Json) => node.type === 'hardBreak' || node.text?.trim() === ''
  const first = content.findIndex((node) => !isBlank(node))
  const last = content.findLastIndex((node) => !isBlank(node))
  return content.slice(first < 0 ? content.length : first, last + 1).map((node, index, { length }) => {
    if (node.text === undefined) return node
    const text = index === 0 ? node.text.trimStart() : node.text
    return { ...node, text: index === length - 1 ? text.trimEnd() : text }
  })
}

const MARKS: Record<string, string> = { strong: 'bold', em: 'italic', s: 'strike', mark: 'highlight' }
const TAGS: Record<string, string> = {
  ...MARKS,
  b: 'bold',
  i: 'italic',
  del: 'strike',
  strike: 'strike',
  u: 'underline',
  ins: 'underline',
  code: 'code',
  kbd: 'code',
}
const TAG = /^<(\/?)([a-z][a-z0-9]*)((?:\s[^>]*)?)\/?>$/i
/** HTML that says nothing a document could keep; of other words in angle brackets nobody knows, so they stay. */
const SILENT = new Set(
  'a abbr acronym address article big center cite col div dfn font footer header main nav p q ruby rt rp samp section small span sub sup template time tt var wbr'.split(
    ' ',
  ),
)

function inlineNodes(tokens: Token[]): Json[] {
  const nodes: Json[] = []
  const open: JsonMark[] = []
  const marksOf = () => open.filter(({ type }) => type !== '')
  const addText = (text: string, marks = marksOf()) => {
    if (text) nodes.push({ type: 'text', text, marks })
  }
  const close = (isIt: (mark: JsonMark) => boolean) => {
    const index = open.findLastIndex(isIt)
    if (index >= 0) open.splice(index, 1)
  }

  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as Token
    const [kind, end] = [token.type.replace(/_(open|close)$/, ''), token.type.endsWith('_close')]
    const mark = MARKS[kind]
    if (mark) end ? close(({ type }) => type === mark) : open.push({ type: mark })
    else if (token.type === 'text' || token.type === 'text_special') addText(token.content)
    else if (token.type === 'code_inline') addText(token.content, [{ type: 'code' }])
    else if (token.type === 'softbreak') addText(' ')
    else if (token.type === 'hardbreak') nodes.push({ type: 'hardBreak' })
    else if (token.type === 'math_inline') nodes.push({ type: 'inlineMath', attrs: { latex: token.content }, marks: marksOf() })
    else if (token.type === 'image') nodes.push(picture(token))
    else if (token.type === 'link_open') {
      const close = tokens.findIndex(({ type }, place) => place > index && type === 'link_close')
      const mention = mentionIn(attributeOf(token, 'href'), tokens.slice(index + 1, close))
      if (mention) {
        nodes.push({ ...mention, marks: marksOf() })
        index = close
      } else open.push({ type: 'link', attrs: { href: token.attrGet('href'), title: token.attrGet('title') || null } })
    } else if (token.type === 'link_close') close(({ type }) => type === 'link')
    else if (token.type === 'html_inline' && inlineHtml(token.content)) {
      const close = tokens.findIndex(({ content }, place) => place > index && content === '</span>')
      if (close > 0) index = close
    }
  }
  return nodes

  /** Whether it stands for what is inside it, too. */
  function inlineHtml(source: string): boolean {
    const [, slash, name = '', attributes = ''] = TAG.exec(source) ?? []
    const tag = name.toLowerCase()
    const type = TAGS[tag]
    if (tag === 'br') nodes.push({ type: 'hardBreak' })
    else if (slash && (type || tag === 'span' || tag === 'a')) close((mark) => mark.tag === tag)
    else if (type) open.push({ type, tag, ...(type === 'highlight' && { attrs: { color: attribute(attributes, 'data-highlight') } }) })
    else if (tag === 'span' || tag === 'a' || tag === 'img') return spanOrLink(tag, source, attributes)
    else if (!SILENT.has(tag) && !source.startsWith('<!')) addText(source)
    return false
  }

  function spanOrLink(tag: string, source: string, attributes: string): boolean {
    const atom = tag === 'a' ? undefined : htmlToInline(tag === 'span' ? `${source}</span>` : source, true)[0]
    const colour = attribute(attributes, 'data-colour')
    const href = tag === 'a' ? attribute(attributes, 'href') : null
    if (atom) nodes.push(atom.type === 'image' ? atom : { ...atom, marks: marksOf() })
    if (atom || tag === 'img') return tag === 'span'
    if (colour) open.push({ type: 'textStyle', tag, attrs: { color: colour } })
    else if (href) open.push({ type: 'link', tag, attrs: { href, title: attribute(attributes, 'title') } })
    else open.push({ type: '', tag }) // Its end must not close another one.
    return false
  }
}

function attribute(attributes: string, name: string): string | null {
  const [, double, single] = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i').exec(attributes) ?? []
  const value = double ?? single
  return value === undefined ? null : syntax.utils.unescapeAll(value)
}

function picture(token: Token): Json {
  return {
    type: 'image',
    attrs: { src: token.attrGet('src'), alt: textOf(token.children ?? []) || null, title: token.attrGet('title') || null },
  }
}

/** `[@Anna](atrium:person/…)`, `[Plan](atrium:document/…)` and `[2026-12-01](atrium:date/2026-12-01)`. */
function mentionIn(href: string, tokens: Token[]): Json | null {
  const [, kind, id] = /^atrium:(person|document|date)\/([0-9a-f-]{10,36})$/.exec(href) ?? []
  if (!kind) return null
  const text = textOf(tokens)
  return { type: 'mention', attrs: { kind, id, label: kind === 'person' ? text.replace(/^@/, '') || null : null } }
}
