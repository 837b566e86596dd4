import type { ContentNode, Written } from '../islands/contract.ts'

/** The most that a message holds, see atrium_private.valid_message. */
export const longestText = 20_000

/** What is sent of what was written: without empty lines around it, and without a document when the plain text says the same. */
export function saidOf({ content, text }: Written): Written {
  if (!content) return { content: null, text: text.trim() }
  const blocks = [...(content.content ?? [])]
  while (blocks.length > 0 && isBlank(blocks.at(-1))) blocks.pop()
  while (blocks.length > 0 && isBlank(blocks[0])) blocks.shift()
  const said = text.replace(/^\s*\n/, '').trimEnd()
  return { content: blocks.every(isPlain) ? null : { type: 'doc', content: blocks.map(asStored) }, text: said }
}

/** The attributes that a message keeps, see atrium_private.valid_content; an editor writes more of them. */
function asStored({ type, text, attrs, marks, content }: ContentNode): ContentNode {
  return {
    type,
    ...(text === undefined ? {} : { text }),
    ...attributesOf(type, attrs ?? {}),
    ...(marks?.length
      ? { marks: marks.map((mark) => (mark.type === 'link' ? { type: 'link', attrs: { href: mark.attrs?.href } } : { type: mark.type })) }
      : {}),
    ...(content ? { content: content.map(asStored) } : {}),
  }
}

function attributesOf(type: string, attrs: Record<string, unknown>): { attrs?: Record<string, unknown> } {
  if (type === 'orderedList') return { attrs: { start: attrs.start ?? 1 } }
  if (type === 'codeBlock') return attrs.language ? { attrs: { language: attrs.language } } : {}
  if (type !== 'mention') return {}
  const { kind, id, label } = attrs
  if (kind === 'here' || kind === 'all') return { attrs: { kind, label: kind } }
  // A page is named by its address: not everybody who reads this may know its title.
  return { attrs: { kind, id, label: label || (kind === 'document' ? `/d/${id}` : String(id)) } }
}

const isBlank = (node: ContentNode | undefined) =>
  node?.type === 'paragraph' &&
  (node.content ?? []).every((child) => child.type === 'hardBreak' || (child.type === 'text' && !child.text?.trim()))

const isPlain = (node: ContentNode) =>
  node.type === 'paragraph' && (node.content ?? []).every((child) => child.type === 'text' && (child.marks ?? []).length === 0)

const emojiAlone =
  /^(?:(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[#*\d]\uFE0F?\u20E3)(?:\p{Emoji_Modifier}|\uFE0F|\u200D\p{Extended_Pictographic})*\s*){1,12}$/u

/** A message of emoji alone is drawn large. */
export const isEmojiAlone = (text: string): boolean => text.length <= 120 && emojiAlone.test(text)
