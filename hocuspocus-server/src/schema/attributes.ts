import { isStoredFile, isStoredImage, safeAddress } from './addresses.ts'
import { alignments, calloutKinds, colours, mentionKinds, messageMentionKinds } from './palette.ts'

/** Makes of whatever a document holds what this attribute can be. */
type Clean = (value: unknown) => unknown

const oneOf =
  <Value>(values: readonly Value[], fallback: Value | null): Clean =>
  (value) =>
    values.includes(value as Value) ? value : fallback

const integer =
  (least: number, most: number, fallback: number): Clean =>
  (value) =>
    Number.isInteger(value) ? Math.min(Math.max(value as number, least), most) : fallback

const string =
  (longest: number): Clean =>
  (value) =>
    typeof value === 'string' ? value.replaceAll('\0', '').slice(0, longest).toWellFormed() : null

const matching =
  (pattern: RegExp): Clean =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? value : null

const words =
  (longest: number): Clean =>
  (value) =>
    string(longest)(value) || null

/** A node of a table with a million columns would stop the browser of everybody who opens the document. */
const span = integer(1, 200, 1)

const columnWidths: Clean = (value) =>
  Array.isArray(value) &&
  value.length <= 200 &&
  value.every((width) => width === 0 || (Number.isInteger(width) && width > 0 && width <= 4000))
    ? value
    : null

const cell = { colspan: span, rowspan: span, colwidth: columnWidths, align: oneOf(['left', 'center', 'right'], null) }

const anchor = /^[a-z0-9]{10}$/
const anchored = { anchor: matching(anchor) }

const aligned = { ...anchored, textAlign: oneOf(alignments, null) }

const link: Clean = (value) => (typeof value === 'string' ? safeAddress(value) : null)

/** A picture from elsewhere keeps its address, so that nothing is lost between import and export, but no client asks for it. */
const pictureAddress: Clean = (value) =>
  isStoredImage(value) ? value : typeof value === 'string' && /^https?:/i.test(value) ? link(value) : null

const part: Clean = (value) => (typeof value === 'number' && value > 0 ? Math.min(Math.max(value, 0.1), 1) : null)

const name = /^[\w.+#-]{1,40}$/
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const day = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/
const mime = /^[a-z]+\/[\w.+-]{1,100}$/

/** What each attribute may be. An attribute that stands here cannot hold anything else, wherever it comes from. */
export const nodeAttributes: Record<string, Record<string, Clean>> = {
  paragraph: aligned,
  heading: { ...aligned, level: oneOf([1, 2, 3], 3) },
  blockquote: anchored,
  listItem: anchored,
  horizontalRule: anchored,
  table: anchored,
  details: anchored,
  orderedList: { start: integer(0, 1_000_000, 1), type: oneOf(['1', 'a', 'A', 'i', 'I'], null) },
  taskItem: { ...anchored, checked: (value) => value === true },
  // A language that no highlighter knows stays: Markdown may name any.
  codeBlock: { ...anchored, language: matching(name) },
  image: {
    ...anchored,
    src: pictureAddress,
    alt: words(1000),
    title: words(1000),
    width: part,
    align: oneOf(['left', 'center', 'right'], null),
  },
  tableCell: cell,
  tableHeader: cell,
  callout: { ...anchored, kind: oneOf(calloutKinds, 'info') },
  blockMath: { ...anchored, latex: (value) => string(20_000)(value) ?? '' },
  inlineMath: { latex: (value) => string(20_000)(value) ?? '' },
  file: {
    ...anchored,
    src: (value) => (isStoredFile(value) ? value : null),
    name: (value) => string(300)(value) ?? '',
    size: integer(0, Number.MAX_SAFE_INTEGER, 0),
    mime: matching(mime),
  },
  mention: {
    kind: oneOf(mentionKinds, 'person'),
    id: (value) => (typeof value === 'string' && (uuid.test(value) || day.test(value)) ? value : null),
    label: words(200),
  },
}

/** The same for messages, in which more can be mentioned. */
export const messageAttributes: typeof nodeAttributes = {
  codeBlock: nodeAttributes.codeBlock ?? {},
  orderedList: nodeAttributes.orderedList ?? {},
  mention: { ...nodeAttributes.mention, kind: oneOf(messageMentionKinds, 'person') },
}

export const markAttributes: Record<string, Record<string, Clean>> = {
  link: { href: link, title: words(1000) },
  highlight: { color: oneOf(colours, null) },
  textStyle: { color: oneOf(colours, null) },
}

export type Attributes = Record<string, unknown>

/** The same attributes, each as the table above allows it. */
export function cleanAttributes(rules: Record<string, Clean> | undefined, attributes: Attributes): Attributes {
  if (!rules) return attributes
  const entries = Object.entries(attributes).map(([key, value]) => [key, rules[key] ? rules[key](value) : value])
  return Object.fromEntries(entries)
}
