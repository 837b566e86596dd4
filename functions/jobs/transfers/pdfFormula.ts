import { type ParserOptions, parseDocument } from 'htmlparser2'
import katex from 'katex'
import type { Run } from './pdfText.ts'

/** As much of an element or a text as is read here. */
interface Part {
  type: string
  name?: string
  data?: string
  children?: Part[]
}

const XML: ParserOptions = { xmlMode: true, decodeEntities: true }
/** Signs between two things have room around them. */
const BETWEEN = /^[+\-−±×÷·=≠≈≡<>≤≥≪≫∼∝∈∉⊂⊆∪∩∧∨→←↔⇒⇐⇔↦]$/

/** A formula on one line of text: letters raised and lowered, fractions with a stroke. What is no formula stays as it was written. */
export function formula(latex: string): Run[] {
  try {
    const markup = katex.renderToString(latex, { output: 'mathml', throwOnError: true, maxExpand: 200, maxSize: 20 })
    const runs = joined(write(parseDocument(markup, XML) as unknown as Part, null))
    if (runs.length > 0) return runs
  } catch {
    // A formula that is being written.
  }
  return [{ text: latex, italics: true }]
}

type Shift = 'sup' | 'sub' | null

function write(part: Part, shift: Shift): Run[] {
  const children = (part.children ?? []).filter(({ type }) => type === 'tag' || type === 'text' || type === 'root')
  const [first, second, third] = children
  const inner = (child: Part | undefined, to = shift) => (child ? write(child, to) : [])
  const sign = (text: string): Run => ({ text, ...(shift && { [shift]: true }) })
  const moved = (child: Part | undefined, to: 'sup' | 'sub'): Run[] => {
    if (shift === null) return inner(child, to)
    // Once raised or lowered, letters would become too small.
    return child ? [sign(to === 'sup' ? '^' : '_'), ...grouped(inner(child), sign)] : []
  }
  switch (part.name) {
    case 'annotation':
      return []
    case 'mi': {
      const text = textOf(part)
      return [{ ...sign(text), ...([...text].length === 1 && { italics: true }) }]
    }
    case 'mo': {
      const text = textOf(part).replace(/[\u2061-\u2064]/g, '')
      return text ? [sign(BETWEEN.test(text) && shift === null ? ` ${text} ` : text)] : []
    }
    case 'mn':
    case 'mtext':
      return [sign(textOf(part))]
    case 'mspace':
      return [sign(' ')]
    case 'msup':
    case 'mover':
      return [...inner(first), ...moved(second, 'sup')]
    case 'msub':
    case 'munder':
      return [...inner(first), ...moved(second, 'sub')]
    case 'msubsup':
    case 'munderover':
      return [...inner(first), ...moved(second, 'sub'), ...moved(third, 'sup')]
    case 'mfrac':
      return [...grouped(inner(first), sign), sign('/'), ...grouped(inner(second), sign)]
    case 'msqrt':
      return [
        sign('√'),
        ...grouped(
          children.flatMap((child) => inner(child)),
          sign,
        ),
      ]
    case 'mroot':
      return [...moved(second, 'sup'), sign('√'), ...grouped(inner(first), sign)]
    case 'mtable':
      return [sign('['), ...between(children, inner, sign('; ')), sign(']')]
    case 'mtr':
      return between(children, inner, sign(', '))
    default:
      return part.type === 'text' ? [sign(part.data ?? '')] : children.flatMap((child) => inner(child))
  }
}

const between = (parts: Part[], inner: (part: Part) => Run[], separator: Run) =>
  parts.flatMap((part, index) => (index > 0 ? [separator, ...inner(part)] : inner(part)))

/** In brackets, when it is more than one thing. */
function grouped(runs: Run[], sign: (text: string) => Run): Run[] {
  const isOne = runs.length <= 1 || (runs.length === 2 && (runs[1]?.sup === true || runs[1]?.sub === true))
  return isOne ? runs : [sign('('), ...runs, sign(')')]
}

const textOf = (part: Part): string => part.data ?? (part.children ?? []).map(textOf).join('')

/** Runs in one look become one. */
function joined(runs: Run[]): Run[] {
  const made: Run[] = []
  for (const run of runs) {
    const last = made.at(-1)
    if (last && last.sup === run.sup && last.sub === run.sub && last.italics === run.italics) last.text += run.text
    else made.push({ ...run })
  }
  return made.filter(({ text }) => text !== '')
}
