import { safeAddress } from '../../../../../hocuspocus-server/src/schema/addresses.ts'
import { nestLists, wordLists } from './lists.ts'

/** What other programs put on the clipboard, reduced to what it means: their styles, notes to themselves, comments and deleted words
 *  are gone. The schema reads the rest, and refuses what it does not know. Nothing in it is loaded or run. */
export function cleanHtml(html: string): string {
  // A copy out of this editor is clean, and says more than HTML can.
  if (/\sdata-pm-slice=/.test(html)) return html
  const { body } = new DOMParser().parseFromString(html, 'text/html')
  const isWord = /\bmso-|class="?Mso|urn:schemas-microsoft-com/.test(html)
  removeNotes(body)
  if (isWord) cleanWord(body)
  for (const element of body.querySelectorAll<HTMLElement>('[style]')) applyStyle(element)
  // Between blocks a line break is a gap, not a paragraph.
  for (const line of body.querySelectorAll('br.Apple-interchange-newline, body > br')) line.remove()
  nestLists(body)
  for (const box of body.querySelectorAll('li input[type="checkbox"]')) markTask(box.closest('li'), box.hasAttribute('checked'))
  for (const item of body.querySelectorAll('li[role="checkbox"]')) markTask(item, item.getAttribute('aria-checked') === 'true')
  for (const image of body.querySelectorAll('img')) replaceImage(image)
  for (const block of body.querySelectorAll('pre')) markLanguage(block)
  for (const element of body.querySelectorAll('*')) tidy(element)
  return body.innerHTML
}

const junk =
  'head, meta, style, script, link, title, xml, template, iframe, object, embed, svg, canvas, noscript, button, select, textarea, colgroup, col, input:not([type="checkbox"])'

function removeNotes(body: HTMLElement) {
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_COMMENT)
  const notes: Node[] = []
  while (walker.nextNode()) notes.push(walker.currentNode)
  for (const note of notes) (note as Comment).remove()
  for (const element of body.querySelectorAll(junk)) element.remove()
  for (const element of body.querySelectorAll<HTMLElement>('[style], [hidden]')) {
    const style = element.getAttribute('style') ?? ''
    if (element.hidden || /display:\s*none|mso-hide:\s*all/i.test(style)) element.remove()
  }
}

/** Word writes what was deleted and commented on into the copy as well. */
function cleanWord(body: HTMLElement) {
  const notes =
    'del, .msoDel, .MsoCommentReference, .msocomanchor, .msocomoff, [style*="mso-element:comment"], [style*="mso-element: comment"]'
  for (const element of body.querySelectorAll(notes)) element.remove()
  for (const element of body.querySelectorAll('ins, .msoIns')) unwrap(element)
  wordLists(body)
  for (const title of body.querySelectorAll('p.MsoTitle')) rename(title, 'h1')
  for (const subtitle of body.querySelectorAll('p.MsoSubtitle')) rename(subtitle, 'h2')
  for (const quote of body.querySelectorAll('p.MsoQuote, p.MsoIntenseQuote')) {
    const block = document.createElement('blockquote')
    quote.replaceWith(block)
    block.append(quote)
  }
  // An empty line between two paragraphs is Word's, not a paragraph of its own.
  for (const line of body.querySelectorAll('p'))
    if (/^[\s\u00A0]*$/.test(line.textContent ?? '') && !line.querySelector('img')) line.remove()
}

/** What a style means becomes an element; `<b style="font-weight:normal">`, around all that Google Docs copies, means nothing. */
function applyStyle(element: HTMLElement) {
  const { fontWeight, fontStyle, textDecoration, textDecorationLine } = element.style
  const decoration = `${textDecoration} ${textDecorationLine}`
  const isPlain = (tags: string, value: string) => element.matches(tags) && /^(normal|400)$/.test(value)
  if (isPlain('b, strong', fontWeight) || isPlain('i, em', fontStyle)) return unwrap(element)
  if (!element.matches('span, font')) return
  const isBold = fontWeight === 'bold' || Number(fontWeight) >= 600
  const inLink = element.closest('a') !== null
  const wanted: [boolean, string][] = [
    [isBold && !element.closest('h1, h2, h3, h4, h5, h6, th'), 'strong'],
    [fontStyle === 'italic', 'em'],
    [decoration.includes('line-through'), 's'],
    [decoration.includes('underline') && !inLink, 'u'],
    [/mono|courier|consolas|menlo/i.test(element.style.fontFamily) && element.closest('pre, code') === null, 'code'],
  ]
  for (const [is, tag] of wanted) if (is) wrapContent(element, tag)
}

function markTask(item: Element | null, done: boolean) {
  if (!item?.parentElement) return
  item.parentElement.setAttribute('data-type', 'taskList')
  item.setAttribute('data-type', 'taskItem')
  item.setAttribute('data-checked', String(done))
  for (const mark of item.querySelectorAll(':scope > input, :scope > img, :scope > p > input, :scope > label > input')) mark.remove()
}

/** A picture elsewhere would tell a stranger who reads this, and when: it becomes a link. One on the other's disk is nothing here. */
function replaceImage(image: HTMLImageElement) {
  const address = /^https?:/i.test(image.getAttribute('src') ?? '') ? safeAddress(image.getAttribute('src') ?? '') : null
  if (!address || ['width', 'height'].some((side) => Number(image.getAttribute(side) ?? 99) <= 2)) return image.remove()
  const link = document.createElement('a')
  link.href = address
  link.textContent = image.alt.trim() || new URL(address).pathname.split('/').at(-1) || address
  image.replaceWith(link)
}

function markLanguage(block: HTMLElement) {
  const code = block.querySelector('code')
  const classes = [code, block, block.parentElement].map((element) => element?.className ?? '').join(' ')
  const language = /\b(?:language|lang|highlight-source)-([\w+#-]+)/.exec(classes)?.[1]
  if (language) (code ?? wrapContent(block, 'code')).className = `language-${language}`
}

/** What the schema reads, by element; all else that stands in a tag goes. */
const kept: Record<string, string[]> = {
  a: ['href', 'title'],
  td: ['colspan', 'rowspan'],
  th: ['colspan', 'rowspan'],
  ol: ['start'],
  ul: ['data-type'],
  li: ['data-type', 'data-checked'],
  code: ['class'],
}
const mostSpan = 60

function tidy(element: Element) {
  const name = element.localName
  const keep = kept[name] ?? []
  for (const { name: attribute } of [...element.attributes]) if (!keep.includes(attribute)) element.removeAttribute(attribute)
  for (const span of ['colspan', 'rowspan']) if (Number(element.getAttribute(span)) > mostSpan) element.removeAttribute(span)
  if (name === 'a') tidyLink(element)
  else if (/^h[4-6]$/.test(name)) rename(element, 'h3')
  else if (name === 'span' || name === 'font' || name === 'center' || name.includes(':')) unwrap(element)
}

function tidyLink(link: Element) {
  const href = link.getAttribute('href') ?? ''
  // Google's copies lead through Google.
  const target = /^https:\/\/www\.google\.com\/url\?/.test(href) ? (new URL(href).searchParams.get('q') ?? href) : href
  const address = /^[#/]|^(javascript|file|data):/i.test(target) ? null : safeAddress(target)
  if (address) link.setAttribute('href', address)
  else unwrap(link)
}

function unwrap(element: Element) {
  element.replaceWith(...element.childNodes)
}

function wrapContent(element: Element, tag: string): HTMLElement {
  const wrapper = document.createElement(tag)
  wrapper.append(...element.childNodes)
  element.append(wrapper)
  return wrapper
}

function rename(element: Element, tag: string) {
  const renamed = document.createElement(tag)
  renamed.append(...element.childNodes)
  element.replaceWith(renamed)
}
