import { type AnyExtension, getSchema } from '@tiptap/core'
import { Blockquote } from '@tiptap/extension-blockquote'
import { Bold } from '@tiptap/extension-bold'
import { Code } from '@tiptap/extension-code'
import { Document } from '@tiptap/extension-document'
import { HardBreak } from '@tiptap/extension-hard-break'
import { Heading } from '@tiptap/extension-heading'
import { HorizontalRule } from '@tiptap/extension-horizontal-rule'
import { Italic } from '@tiptap/extension-italic'
import { BulletList, ListItem, OrderedList } from '@tiptap/extension-list'
import { Paragraph } from '@tiptap/extension-paragraph'
import { Strike } from '@tiptap/extension-strike'
import { Text } from '@tiptap/extension-text'
import { Underline } from '@tiptap/extension-underline'
import type { Schema } from '@tiptap/pm/model'
import { Guard, guardSchema } from './guard.ts'
import { Link } from './link.ts'
import { Highlight, TextStyle } from './marks.ts'
import { Mention } from './mention.ts'
import { Anchor, blocks, InlineMath, TextAlign } from './nodes.ts'

/** Everything that a document can hold. The names of nodes, marks and attributes are stored: they may be added to (with a new
 *  SCHEMA_VERSION), never renamed. Runs in Node, Deno and the browser; the client adds how things look and behave. */
export function documentExtensions(): AnyExtension[] {
  return [
    Guard,
    // One by one: Tiptap's starter kit brings an undo and a table of top-level domains that nobody here asks for.
    Bold,
    Blockquote,
    BulletList,
    Code,
    Document,
    HardBreak,
    Heading.configure({ levels: [1, 2, 3] }),
    HorizontalRule,
    Italic,
    ListItem,
    OrderedList,
    Paragraph,
    Strike,
    Text,
    Underline,
    Link,
    Highlight,
    TextStyle,
    TextAlign,
    Anchor,
    ...blocks,
    InlineMath,
    Mention,
  ]
}

/** The ProseMirror schema of documents. Nodes and marks made with it have clean attributes. */
export const documentSchema: Schema = guardSchema(getSchema(documentExtensions()))
