import type { HocuspocusProvider } from '@hocuspocus/provider'
import { Extension } from '@tiptap/core'
import Collaboration from '@tiptap/extension-collaboration'
import { type Node as DocumentNode, Slice } from '@tiptap/pm/model'
import { Plugin, type Transaction } from '@tiptap/pm/state'
import { ReplaceStep } from '@tiptap/pm/transform'
import { type ProsemirrorBinding, updateYFragment, ySyncPluginKey } from '@tiptap/y-tiptap'
import type * as Y from 'yjs'
import { stopWriting } from './keepUnknown.ts'

/** What the binding made of each part of the shared document. It forgets by itself what a change has touched; but it also clears
 *  everything with each change from elsewhere, and then makes all nodes anew: in a long document that costs a tenth of a second for
 *  each letter that somebody else types, and every later comparison of the page with the document has to look into each node. */
class KeptNodes extends Map<unknown, DocumentNode> {
  override clear() {}
}

/** The editor writes into the shared document, and shows it.
 *  Undo belongs to it: each person takes back only what is his own.
 *  @param onBroken what others wrote could not be shown: this editor must not write any more, or it would delete it for everybody */
export function binding(provider: HocuspocusProvider, onBroken: () => void) {
  const kept = new KeptNodes()
  return [
    // The type of the option asks for nodes of any shape.
    Collaboration.configure({ document: provider.document, provider, ySyncOptions: { mapping: kept as Map<never, never> } }),
    Extension.create({ name: 'firstRender', priority: 998, addProseMirrorPlugins: () => [firstRender(kept, onBroken)] }),
  ]
}

/** With nodes of its own to keep, the binding leaves the first rendering to us. Once: its view is made again with every plugin. */
function firstRender(kept: KeptNodes, onBroken: () => void): Plugin {
  let rendered = false
  return new Plugin({
    view(view) {
      if (rendered) return {}
      rendered = true
      const { binding } = ySyncPluginKey.getState(view.state) as { binding: ProsemirrorBinding }
      surviveErrors(binding, onBroken)
      keepSelectionForOthers(binding)
      const type = binding.type
      Object.defineProperty(binding, '_tr', { get: () => replacingLittle(view.state.tr.setMeta('addToHistory', false), type, kept) })
      // Otherwise it puts the caret where it stood in the empty page, which need not be text.
      Reflect.set(binding, 'beforeTransactionSelection', {})
      binding._forceRerender()
      Reflect.set(binding, 'beforeTransactionSelection', null)
      return {}
    },
  })
}

/** When a plugin fails while a change from elsewhere is shown, the page keeps the text from before it, and the next letter typed here
 *  would write that text over the shared one. Then everything is drawn anew; where even that fails, nothing is written any more. */
function surviveErrors(binding: ProsemirrorBinding, onBroken: () => void) {
  const { type, doc } = binding
  const stop = stopWriting(doc, onBroken)
  const show = binding._observeFunction
  type.unobserveDeep(show)
  binding._observeFunction = (...change: Parameters<typeof show>) => {
    try {
      show(...change)
    } catch (error) {
      console.error(error)
      try {
        binding._forceRerender()
      } catch {
        stop()
      }
    }
  }
  type.observeDeep(binding._observeFunction)
}

/** Before each transaction the binding remembers where the selection is, to find it again when others have changed the document. For what
 *  is written here it is forgotten at once; and in a long document finding it costs milliseconds. */
function keepSelectionForOthers(binding: ProsemirrorBinding) {
  const { doc, mux, beforeAllTransactions } = binding
  let writing = false
  binding.mux = (write, otherwise) =>
    mux(() => {
      writing = true
      try {
        write()
      } finally {
        writing = false
      }
    }, otherwise)
  doc.off('beforeAllTransactions', beforeAllTransactions)
  binding.beforeAllTransactions = () => {
    if (!writing) beforeAllTransactions()
  }
  doc.on('beforeAllTransactions', binding.beforeAllTransactions)
  binding._prosemirrorChanged = (written) => doc.transact(() => updateYFragment(doc, binding.type, written, binding), ySyncPluginKey)
}

/** The binding replaces the whole document with each change from elsewhere: every decoration would lose its place. Here it replaces
 *  what differs. */
function replacingLittle(transaction: Transaction, type: Y.XmlFragment, kept: KeptNodes): Transaction {
  const replaceAll = transaction.replace.bind(transaction)
  transaction.replace = (from, to, slice = Slice.empty) => {
    const before = transaction.doc
    const after = slice.content
    const start = before.content.findDiffStart(after)
    if (start === null) return transaction
    const end = before.content.findDiffEnd(after)
    if (from !== 0 || to !== before.content.size || !end) return replaceAll(from, to, slice)
    // Where the same letter stands twice, both searches may claim it.
    const overlap = Math.max(0, start - Math.min(end.a, end.b))
    const next = before.copy(after)
    const step = new ReplaceStep(start, end.a + overlap, next.slice(start, end.b + overlap))
    if (transaction.maybeStep(step).failed) return replaceAll(from, to, slice)
    keep(transaction.doc, start, end.b + overlap, type, kept)
    return transaction
  }
  return transaction
}

/** The step made new nodes around what it changed: the binding must know them, or it takes them for other people's next time. */
function keep(doc: DocumentNode, start: number, end: number, type: Y.XmlFragment, kept: KeptNodes) {
  const types = type.toArray()
  if (types.length !== doc.childCount) return
  const last = Math.min(doc.resolve(end).index(0), types.length - 1)
  for (let index = doc.resolve(start).index(0); index <= last; index++) kept.set(types[index], doc.child(index))
}
