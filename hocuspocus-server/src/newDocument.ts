import type { Node } from '@tiptap/pm/model'
import { prosemirrorToYXmlFragment } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import type { Contents } from './database.ts'
import { contentsOf } from './projections.ts'
import { FRAGMENT } from './protocol.ts'

/** The first change of a document that begins with this content, and what is read of it. */
export function newDocument(content: Node): { update: Uint8Array; contents: Contents } {
  const document = new Y.Doc()
  prosemirrorToYXmlFragment(content, document.getXmlFragment(FRAGMENT))
  return { update: Y.encodeStateAsUpdate(document), contents: contentsOf(document) }
}
