import type { Node as DocumentNode, Fragment } from '@tiptap/pm/model'

/** What is copied, for programs that take only text: with the signs of Markdown before its blocks, tables as a spreadsheet takes them. */
export function copiedText(content: Fragment): string {
  // Out of one paragraph come its words and nothing else.
  const only = content.childCount === 1 ? content.firstChild : null
  return only?.isTextblock ? wordsOf(only) : blocksOf(content).join('\n\n')
}

const wordsOf = (block: DocumentNode): string =>
  block.textBetween(0, block.content.size, null, (leaf) =>
    leaf.type.name === 'hardBreak' ? '\n' : (leaf.type.spec.leafText?.(leaf) ?? ''),
  )

function blocksOf(content: Fragment): string[] {
  return content.content.map(blockOf)
}

function blockOf(block: DocumentNode): string {
  switch (block.type.name) {
    case 'heading':
      return `${'#'.repeat(Number(block.attrs.level))} ${wordsOf(block)}`
    case 'blockquote':
    case 'callout':
      return indented(blocksOf(block.content).join('\n\n'), '> ', '> ')
    case 'bulletList':
      return listOf(block, () => '- ')
    case 'orderedList':
      return listOf(block, (_item, index) => `${Number(block.attrs.start ?? 1) + index}. `)
    case 'taskList':
      return listOf(block, (item) => (item.attrs.checked ? '- [x] ' : '- [ ] '))
    case 'codeBlock':
      return `\`\`\`${block.attrs.language ?? ''}\n${block.textContent}\n\`\`\``
    case 'horizontalRule':
      return '---'
    case 'table':
      return block.content.content.map((row) => row.content.content.map((cell) => cell.textContent).join('\t')).join('\n')
    default:
      if (block.isTextblock) return wordsOf(block)
      return block.isLeaf ? (block.type.spec.leafText?.(block) ?? '') : blocksOf(block.content).join('\n')
  }
}

function listOf(list: DocumentNode, sign: (item: DocumentNode, index: number) => string): string {
  return list.content.content
    .map((item, index) => {
      const mark = sign(item, index)
      return indented(blocksOf(item.content).join('\n'), mark, ' '.repeat(mark.startsWith('-') ? 2 : mark.length))
    })
    .join('\n')
}

const indented = (text: string, first: string, others: string): string =>
  text
    .split('\n')
    .map((line, index) => (index === 0 ? first : others) + line)
    .join('\n')
