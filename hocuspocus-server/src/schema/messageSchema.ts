import type { AnyExtension } from '@tiptap/core'
import { Blockquote } from '@tiptap/extension-blockquote'
import { Bold } from '@tiptap/extension-bold'
import { Code } from '@tiptap/extension-code'
import { CodeBlock } from '@tiptap/extension-code-block'
import { Document } from '@tiptap/extension-document'
import { HardBreak } from '@tiptap/extension-hard-break'
import { Italic } from '@tiptap/extension-italic'
import { BulletList, ListItem, OrderedList } from '@tiptap/extension-list'
import { Paragraph } from '@tiptap/extension-paragraph'
import { Strike } from '@tiptap/extension-strike'
import { Text } from '@tiptap/extension-text'
import { Underline } from '@tiptap/extension-underline'
import { messageAttributes } from './attributes.ts'
import { Guard } from './guard.ts'
import { Link } from './link.ts'
import { Mention } from './mention.ts'

/** Everything that a message can hold: the part of a document that fits into a few lines. Postgres checks the same, see
 *  sql/210_messages.sql. */
export function messageExtensions(): AnyExtension[] {
  return [
    Guard.configure({ rules: messageAttributes }),
    Bold,
    Blockquote,
    BulletList,
    Code,
    CodeBlock.configure({ enableTabIndentation: true, tabSize: 2 }),
    Document,
    HardBreak,
    Italic,
    ListItem,
    OrderedList,
    Paragraph,
    Strike,
    Text,
    Underline,
    Link,
    Mention,
  ]
}
