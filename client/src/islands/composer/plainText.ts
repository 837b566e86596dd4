import type { ContentNode } from '../contract.ts'

/** Deeper than any message that the server takes. */
const deepest = 40

/** What a document says to those who only have the text: lists keep their signs, quotes and code their words. */
export function plainText(node: ContentNode, depth = 0): string {
  if (depth > deepest) return ''
  const children = node.content ?? []
  const parts = () => children.map((child) => plainText(child, depth + 1))
  switch (node.type) {
    case 'text':
      return node.text ?? ''
    case 'hardBreak':
      return '\n'
    case 'mention':
      return mentionText(node.attrs ?? {})
    case 'doc':
      return parts().join('\n')
    case 'blockquote':
      return indented(parts().join('\n'), '> ', '> ')
    case 'bulletList':
      return parts()
        .map((item) => indented(item, '- ', '  '))
        .join('\n')
    case 'orderedList':
      return parts()
        .map((item, index) => indented(item, `${Number(node.attrs?.start ?? 1) + index}. `, '   '))
        .join('\n')
    case 'listItem':
      return parts().join('\n')
    default:
      return parts().join('')
  }
}

const indented = (text: string, first: string, others: string) =>
  text
    .split('\n')
    .map((line, index) => (index === 0 ? first : others) + line)
    .join('\n')

/** A page is told by its address: not everybody who reads this may know its title. */
function mentionText({ kind, id, label }: Record<string, unknown>): string {
  if (kind === 'here' || kind === 'all') return `@${kind}`
  if (kind === 'document') return typeof id === 'string' ? `/d/${id}` : ''
  if (kind === 'date') return String(id ?? '')
  return typeof label === 'string' && label ? `@${label}` : ''
}
