import { nameToEmoji } from 'gemoji'

/** A node of a message's content, as Postgres checks it. */
export interface Node {
  type: string
  text?: string
  attrs?: Record<string, string | number>
  marks?: { type: string; attrs?: { href: string } }[]
  content?: Node[]
}
type Mark = NonNullable<Node['marks']>[number]

export interface Reading {
  /** False: mentions are the text that they show. */
  mentions: boolean
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** Code, an angle, something emphasised, a bare address, a name of an emoji. Lengths are bounded, so that hostile text costs no squares. */
const INLINE =
  /`([^`\n]{1,2000})`|<([^<>\n]{1,3000})>|(?<![\p{L}\p{N}_*~])([*_~])(?=\S)([^\n]{1,500}?)(?<=\S)\3(?![\p{L}\p{N}_*~])|(https?:\/\/[^\s<>|"]{1,1900})|:([a-z0-9_+-]{1,40}):/gu
const EMPHASIS: Record<string, string> = { '*': 'bold', _: 'italic', '~': 'strike' }
const MAX_DEPTH = 6

/** Slack's mrkdwn as blocks. What it does not know stays as it was written. */
export function readMrkdwn(text: string, reading: Reading): Node[] {
  return text
    .split('```')
    .flatMap((part, index) => (index % 2 === 1 ? codeBlock(unescapeText(part.replace(/^\n|\n$/g, ''))) : lines(part, reading)))
}

/** The same without blocks: one paragraph's content. */
export function readInline(text: string, reading: Reading, marks: Mark[] = [], depth = 0): Node[] {
  const nodes: Node[] = []
  let at = 0
  for (const found of depth > MAX_DEPTH ? [] : text.matchAll(INLINE)) {
    nodes.push(...plain(text.slice(at, found.index), marks))
    const [whole, code, angle, sign, emphasised, address, emoji] = found
    if (code !== undefined) nodes.push(...plain(code, [...marks, { type: 'code' }]))
    else if (angle !== undefined) nodes.push(...readAngle(angle, reading, marks))
    else if (emphasised !== undefined)
      nodes.push(...readInline(emphasised, reading, with_(marks, EMPHASIS[sign as string] as string), depth + 1))
    else if (address !== undefined) nodes.push(...bareAddress(address, marks))
    else nodes.push(...plain(emojiOf(emoji as string) ?? whole, marks))
    at = found.index + whole.length
  }
  return [...nodes, ...plain(text.slice(at), marks)]
}

/** `:tada:` or `tada` as its sign; undefined when there is none of that name. */
export function emojiOf(name: string): string | undefined {
  const bare = name.replace(/^:|:$/g, '')
  return Object.hasOwn(nameToEmoji, bare) ? nameToEmoji[bare] : undefined
}

export const paragraph = (content: Node[]): Node[] => (content.length > 0 ? [{ type: 'paragraph', content }] : [])

export function codeBlock(text: string): Node[] {
  return text.trim() ? [{ type: 'codeBlock', content: [{ type: 'text', text }] }] : []
}

/** A link where the address is one of the web or of mail; else its words alone. */
export function link(address: string, words: string, marks: Mark[] = []): Node[] {
  const href = unescapeText(address).trim()
  const leads = /^(https?:\/\/|mailto:)[^\s\p{Cc}<>"]+$/iu.test(href) && href.length <= 2000
  return plain(words || address, leads ? [...marks, { type: 'link', attrs: { href } }] : marks)
}

function lines(text: string, reading: Reading): Node[] {
  const nodes: Node[] = []
  let rest = text.split('\n')
  while (rest.length > 0) {
    const kind = kindOf(rest[0] as string)
    const end = rest.findIndex((line) => kindOf(line) !== kind)
    const same = end < 0 ? rest : rest.slice(0, end)
    rest = rest.slice(same.length)
    const bodies = same.map((line) => line.replace(PREFIXES[kind], ''))
    if (kind === 'quote') nodes.push(...wrapped('blockquote', paragraph(joined(bodies, reading))))
    else if (kind === 'text') nodes.push(...paragraph(joined(bodies, reading)))
    else if (kind !== 'empty') {
      const items = bodies.flatMap((body) => wrapped('listItem', paragraph(readInline(body, reading))))
      nodes.push(...wrapped(kind === 'bullet' ? 'bulletList' : 'orderedList', items))
    }
  }
  return nodes
}

const PREFIXES = { quote: /^(>|&gt;) ?/, bullet: /^\s*[•◦▪-] +/, number: /^\s*\d{1,9}[.)] +/, empty: /^\s*$/, text: /^/ } as const
const kindOf = (line: string) => (Object.keys(PREFIXES) as (keyof typeof PREFIXES)[]).find((kind) => PREFIXES[kind].test(line)) ?? 'text'

export const wrapped = (type: string, content: Node[]): Node[] => (content.length > 0 ? [{ type, content }] : [])

const joined = (bodies: string[], reading: Reading) =>
  bodies.flatMap((body, index) => [...(index > 0 ? [{ type: 'hardBreak' }] : []), ...readInline(body, reading)])

/** `<https://…|words>`, `<@id|name>`, `<!here>`, `<!subteam^id|name>`, `<#id|room>`, `<!date^…|words>`. */
function readAngle(angle: string, { mentions }: Reading, marks: Mark[]): Node[] {
  const [target = '', ...more] = angle.split('|')
  const words = more.join('|')
  if (target.startsWith('!')) {
    const [name = '', id = ''] = target.slice(1).split('^')
    const kind = { here: 'here', channel: 'all', everyone: 'all' }[name]
    if (kind) return mentions ? [mention({ kind, label: kind }, marks)] : plain(`@${name}`, marks)
    if (name === 'subteam' && mentions && UUID.test(id))
      return [mention({ kind: 'group', id, label: cut(words.replace(/^@/, '')) || 'group' }, marks)]
    return plain(words || name, marks)
  }
  if (target.startsWith('@')) {
    const id = target.slice(1)
    if (mentions && UUID.test(id)) return [mention({ kind: 'person', id, label: cut(words.replace(/^@/, '')) || 'person' }, marks)]
    return plain(`@${words.replace(/^@/, '') || id}`, marks)
  }
  if (target.startsWith('#')) return plain(`#${words || target.slice(1)}`, marks)
  if (/^(https?:\/\/|mailto:)/i.test(target)) return link(target, words || target.replace(/^mailto:/i, ''), marks)
  return plain(`<${angle}>`, marks)
}

const mention = (attrs: Record<string, string>, marks: Mark[]): Node => ({ type: 'mention', attrs, ...(marks.length > 0 ? { marks } : {}) })
const cut = (text: string) => [...unescapeText(text)].slice(0, 100).join('')
const with_ = (marks: Mark[], type: string) => (marks.some((mark) => mark.type === type) ? marks : [...marks, { type }])

/** The full stop after an address belongs to the sentence. */
function bareAddress(address: string, marks: Mark[]): Node[] {
  const own = address.replace(/[.,;:!?)\]}'*_~]+$/, '')
  return [...link(own, own, marks), ...plain(address.slice(own.length), marks)]
}

/** Text may hold no line of its own: each becomes a break. */
export function plain(text: string, marks: Mark[] = []): Node[] {
  return unescapeText(text)
    .split('\n')
    .flatMap((line, index) => [
      ...(index > 0 ? [{ type: 'hardBreak' }] : []),
      ...(line ? [{ type: 'text', text: line, ...(marks.length > 0 ? { marks } : {}) }] : []),
    ])
}

const unescapeText = (text: string) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&').replaceAll('\0', '')
