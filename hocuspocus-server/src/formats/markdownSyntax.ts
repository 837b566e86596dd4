import MarkdownIt, { type StateBlock, type StateInline, type Token } from 'markdown-it'

/** Markdown as documents speak it: CommonMark with GitHub's tables, strikethrough, task lists and bare addresses, `==highlight==`, `$math$`
 *  and `$$math$$`. HTML is kept as tokens; readMarkdown.ts says what becomes of it. */
export function markdownSyntax(): InstanceType<typeof MarkdownIt> {
  const syntax = new MarkdownIt({ html: true, linkify: true })
  // Only what is written out as an address becomes a link: `readme.md` is no site in Moldova.
  syntax.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false })
  // The schema decides about addresses, see addresses.ts; rewriting them here would change them on the way through.
  syntax.validateLink = () => true
  syntax.normalizeLink = (address) => address
  syntax.inline.ruler.after('escape', 'math', inlineMath)
  syntax.inline.ruler.before('emphasis', 'highlight', highlight)
  syntax.block.ruler.after('fence', 'math', blockMath, { alt: ['paragraph', 'reference', 'blockquote', 'list'] })
  syntax.core.ruler.after('block', 'tasks', ({ tokens }) => markTasks(tokens))
  return syntax
}

const DOLLAR = 0x24
const EQUALS = 0x3d

/** `$x$`: no space inside the dollars, and no digit behind, so that "$5 and $6" stays what it is. */
function inlineMath(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state
  if (src.charCodeAt(pos) !== DOLLAR || src.charCodeAt(pos + 1) === DOLLAR) return false
  const match = /^\$(?=\S)((?:\\[^\n]|[^\\$\n])+?)(?<=\S)\$(?!\d)/.exec(src.slice(pos, posMax))
  if (!match?.[1]) return false
  if (!silent) state.push('math_inline', 'math', 0).content = match[1]
  state.pos += match[0].length
  return true
}

function blockMath(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if ((state.sCount[startLine] as number) >= state.blkIndent + 4) return false
  const lineAt = (line: number) => state.src.slice((state.bMarks[line] as number) + (state.tShift[line] as number), state.eMarks[line])
  const first = lineAt(startLine)
  if (!first.startsWith('$$')) return false
  const single = /^\$\$(.*\S.*)\$\$\s*$/.exec(first)
  let end = startLine
  if (!single) {
    if (first.slice(2).trim() !== '') return false
    do {
      end += 1
      if (end >= endLine || ((state.sCount[end] as number) < state.blkIndent && lineAt(end) !== '')) return false
    } while (lineAt(end).trim() !== '$$')
  }
  if (silent) return true
  const token = state.push('math_block', 'math', 0)
  token.content = single ? (single[1] as string).trim() : state.getLines(startLine + 1, end, state.blkIndent, false)
  state.line = end + 1
  return true
}

/** `==text==`. What is between is parsed on its own, so that other marks nest. */
function highlight(state: StateInline, silent: boolean): boolean {
  const start = state.pos
  const isMarker = (at: number) => state.src.charCodeAt(at) === EQUALS && state.src.charCodeAt(at + 1) === EQUALS
  if (
    !isMarker(start) ||
    start + 4 >= state.posMax ||
    state.src.charCodeAt(start + 2) === EQUALS ||
    /\s/.test(state.src[start + 2] as string)
  )
    return false
  const { posMax } = state
  state.pos = start + 2
  let end = -1
  while (state.pos < posMax) {
    if (isMarker(state.pos) && !/\s/.test(state.src[state.pos - 1] as string)) {
      end = state.pos
      break
    }
    state.md.inline.skipToken(state)
  }
  state.pos = start
  if (end < 0 || end + 2 > posMax) return false
  if (!silent) {
    state.pos = start + 2
    state.posMax = end
    state.push('mark_open', 'mark', 1)
    state.md.inline.tokenize(state)
    state.push('mark_close', 'mark', -1)
    state.posMax = posMax
  }
  state.pos = end + 2
  return true
}

/** Takes `[ ]` and `[x]` from the beginning of list items, and notes them there. */
function markTasks(tokens: Token[]): void {
  tokens.forEach((token, index) => {
    const [paragraph, inline] = [tokens[index + 1], tokens[index + 2]]
    if (token.type !== 'list_item_open' || paragraph?.type !== 'paragraph_open' || inline?.type !== 'inline') return
    const match = /^\[([ xX])\](?:[ \t]+|$|(?=\n))/.exec(inline.content)
    if (!match) return
    token.meta = { checked: match[1] !== ' ' }
    inline.content = inline.content.slice(match[0].length)
  })
}
