import type { Node as DocumentNode } from '@tiptap/pm/model'
import { Plugin, PluginKey, type Transaction } from '@tiptap/pm/state'
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view'
import { CodeBlock } from '../../../../../hocuspocus-server/src/schema/nodes.ts'
import type { EditorText } from '../../contract.ts'
import { type Highlighter, languageOf, languages, loadHighlighter, type Span } from '../highlight.ts'

/** Code blocks with a choice of language. The highlighter loads with the first block, a language with its first use. */
export function codeBlock(text: EditorText) {
  return CodeBlock.extend({
    addNodeView() {
      return ({ node, editor, getPos }) => {
        let shown = node
        const frame = document.createElement('div')
        frame.className = 'code-block'
        const select = languageSelect(text)
        const pre = document.createElement('pre')
        pre.dir = 'ltr'
        pre.spellcheck = false
        const code = document.createElement('code')
        pre.append(code)
        frame.append(select, pre)
        select.addEventListener('change', () => {
          const position = getPos()
          if (position === undefined) return
          editor.commands.command(({ tr }) => {
            tr.setNodeAttribute(position, 'language', select.value || null)
            return true
          })
        })
        const show = () => {
          // Asked with each keystroke, wherever it falls.
          showLanguage(select, shown.attrs.language)
          if (select.disabled === editor.isEditable) select.disabled = !editor.isEditable
        }
        const off = () => {
          editor.off('update', show)
        }
        editor.on('update', show)
        show()
        return {
          dom: frame,
          contentDOM: code,
          update(next) {
            if (next.type !== shown.type) return false
            shown = next
            show()
            return true
          },
          stopEvent: (event) => event.target === select,
          ignoreMutation: (mutation) => !code.contains(mutation.target),
          destroy: off,
        }
      }
    },
    addProseMirrorPlugins() {
      return [...(this.parent?.() ?? []), highlighting(this.name)]
    },
  })
}

function languageSelect(text: EditorText): HTMLSelectElement {
  const select = document.createElement('select')
  select.setAttribute('aria-label', text.language)
  select.contentEditable = 'false'
  select.append(new Option(text.plainText, ''), ...Object.entries(languages).map(([id, language]) => new Option(language.name, id)))
  return select
}

/** Shows a language; one that no highlighter knows by the word that was written. */
function showLanguage(select: HTMLSelectElement, written: unknown): void {
  const language = languageOf(written) ?? (typeof written === 'string' ? written : '')
  if (select.value === language) return
  if (![...select.options].some(({ value }) => value === language)) select.append(new Option(language))
  select.value = language
}

/** Spans by node: a change from elsewhere replaces the whole document, but keeps the nodes that it did not touch. */
const colours = new WeakMap<DocumentNode, Span[]>()

const highlightKey = new PluginKey<DecorationSet>('highlight')

/** Colours code by decorations, block by block: an edit costs what its block is long. */
function highlighting(blockName: string): Plugin<DecorationSet> {
  let highlighter: Highlighter | undefined
  const wanted = new Set<string>()

  const blocksIn = (doc: DocumentNode, from: number, to: number) => {
    const blocks: { node: DocumentNode; position: number }[] = []
    doc.nodesBetween(from, to, (node, position) => {
      if (node.type.name === blockName) blocks.push({ node, position })
      return !node.isTextblock
    })
    return blocks
  }
  const colour = (set: DecorationSet, doc: DocumentNode, from: number, to: number) => {
    for (const { node, position } of blocksIn(doc, from, to)) {
      const end = position + node.nodeSize
      set = set.remove(set.find(position, end)).add(doc, decorationsOf(node, position + 1))
    }
    return set
  }
  const decorationsOf = (node: DocumentNode, start: number) => {
    const language = languageOf(node.attrs.language)
    if (!language) return []
    if (!highlighter?.has(language)) {
      wanted.add(language)
      return []
    }
    const spans = colours.get(node) ?? highlighter.spans(language, node.textContent)
    colours.set(node, spans)
    return spans.map((span) => Decoration.inline(start + span.from, start + span.to, { class: span.className }))
  }
  const load = async (view: EditorView) => {
    const missing = [...wanted]
    wanted.clear()
    if (missing.length === 0) return
    // Without the highlighter's file (offline, say) code stays plain; the next edit of the block asks again.
    highlighter = await loadHighlighter(missing).catch(() => highlighter)
    if (!view.isDestroyed) view.dispatch(view.state.tr.setMeta(highlightKey, 'loaded'))
  }

  return new Plugin<DecorationSet>({
    key: highlightKey,
    state: {
      init: (_, { doc }) => colour(DecorationSet.empty, doc, 0, doc.content.size),
      apply(transaction, set) {
        if (transaction.getMeta(highlightKey)) return colour(DecorationSet.empty, transaction.doc, 0, transaction.doc.content.size)
        if (!transaction.docChanged) return set
        const changed = changedRange(transaction)
        return colour(set.map(transaction.mapping, transaction.doc), transaction.doc, changed.from, changed.to)
      },
    },
    props: { decorations: (state) => highlightKey.getState(state) },
    view: (view) => {
      void load(view)
      return { update: (next) => void load(next) }
    },
  })
}

/** Where the text of a document changed. A step that moves nothing changed an attribute, somewhere: then everywhere. */
function changedRange({ mapping, doc }: Transaction): { from: number; to: number } {
  let from = doc.content.size
  let to = 0
  mapping.maps.forEach((map, index) => {
    const later = mapping.slice(index + 1)
    let moved = false
    map.forEach((_oldFrom, _oldTo, newFrom, newTo) => {
      moved = true
      from = Math.min(from, later.map(newFrom, -1))
      to = Math.max(to, later.map(newTo, 1))
    })
    if (!moved) {
      from = 0
      to = doc.content.size
    }
  })
  return { from: Math.min(from, to), to }
}
