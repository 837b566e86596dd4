import type { Node as DocumentNode } from '@tiptap/pm/model'
import type { ContentNode, Written } from '../contract.ts'
import { plainText } from './plainText.ts'

/** What stands in the field: the document, and its plain text. Nothing but empty paragraphs is nothing. */
export function writtenOf(doc: DocumentNode): Written {
  const content = doc.toJSON() as ContentNode
  const text = plainText(content)
  return text.trim() ? { content, text } : { content: null, text: '' }
}

/** The document of what is written: plain text has a paragraph for each line. */
export function contentOf({ content, text }: Written): ContentNode {
  if (content) return content
  const lines = text
    .split('\n')
    .map((line): ContentNode => ({ type: 'paragraph', ...(line ? { content: [{ type: 'text', text: line }] } : {}) }))
  return { type: 'doc', content: lines }
}

/** Where a place of the plain text stands in a document of paragraphs. Between two of them are two positions, and one line feed. */
export function positionAt(doc: DocumentNode, offset: number): number {
  const before = plainText(doc.toJSON() as ContentNode).slice(0, offset)
  return Math.min(1 + offset + (before.split('\n').length - 1), doc.content.size)
}
