import { Extension } from '@tiptap/core'
import type { Schema } from '@tiptap/pm/model'
import { ySyncPluginKey } from '@tiptap/y-tiptap'
import type * as Y from 'yjs'

/** The binding to Yjs deletes each node that it cannot make, for everybody. From the first one of a kind that this editor does not know,
 *  nothing that the binding wants to write reaches the document any more: what stands there belongs to a newer editor.
 *  @param onUnknown hears of it at once, and once */
export function keepUnknown(options: { ydoc: Y.Doc; onUnknown(): void }) {
  return Extension.create({
    name: 'keepUnknown',
    onBeforeCreate() {
      watch(this.editor.schema, stopWriting(options.ydoc, options.onUnknown))
    },
  })
}

function watch(schema: Schema, onUnknown: () => void) {
  const node = schema.node.bind(schema)
  schema.node = (type, ...rest) => {
    if (typeof type === 'string' && !schema.nodes[type]) onUnknown()
    return node(type, ...rest)
  }
  const mark = schema.mark.bind(schema)
  schema.mark = (type, attributes) => {
    if (typeof type !== 'string' || schema.marks[type]) return mark(type, attributes)
    onUnknown()
    // The words stay readable, in a mark that looks like nothing.
    return mark('textStyle')
  }
}

/** Nothing that the binding wants to write reaches the document after the returned function is called.
 *  The binding does all its writing, deleting included, in transactions with its own key as their origin. */
export function stopWriting(ydoc: Y.Doc, tell: () => void): () => void {
  const transact = ydoc.transact.bind(ydoc)
  let stopped = false
  ydoc.transact = <Result>(work: (transaction: Y.Transaction) => Result, origin?: unknown): Result =>
    stopped && origin === ySyncPluginKey ? (undefined as Result) : transact(work, origin)
  return () => {
    if (stopped) return
    stopped = true
    tell()
  }
}
