import { type AnyExtension, getSchema } from '@tiptap/core'
import type { Schema } from '@tiptap/pm/model'
import StarterKit from '@tiptap/starter-kit'
import { Guard, guardSchema } from './guard.ts'
import { Highlight, Link, TextStyle } from './marks.ts'
import { blocks, InlineMath, Mention, TextAlign } from './nodes.ts'

/** Everything that a document can hold. The names of nodes, marks and attributes are stored: they may be added to (with a new
 *  SCHEMA_VERSION), never renamed. Runs in Node, Deno and the browser; the client adds how things look and behave. */
export function documentExtensions(): AnyExtension[] {
  return [
    Guard,
    StarterKit.configure({
      heading: { levels: [1, 2, 3] },
      codeBlock: false,
      link: false,
      // Behaviour, not content: the editor brings its own.
      undoRedo: false,
      dropcursor: false,
      gapcursor: false,
      listKeymap: false,
      trailingNode: false,
    }),
    Link,
    Highlight,
    TextStyle,
    TextAlign,
    ...blocks,
    InlineMath,
    Mention,
  ]
}

/** The ProseMirror schema of documents. Nodes and marks made with it have clean attributes. */
export const documentSchema: Schema = guardSchema(getSchema(documentExtensions()))
