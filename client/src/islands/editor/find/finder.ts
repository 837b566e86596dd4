import { type Editor, Extension } from '@tiptap/core'
import { TextSelection } from '@tiptap/pm/state'
import type { Finder, FindProgress } from '../../contract.ts'
import { isCalm, scrollerOf } from '../scroll.ts'
import { asOneStep } from '../undoStep.ts'
import { changeFind, type FindState, findKey, findPlugin, type Match, textOf } from './findPlugin.ts'
import { patternOf, replacementFor } from './pattern.ts'

export const Find = Extension.create({
  name: 'find',
  addProseMirrorPlugins: () => [findPlugin()],
})

/** Find and replace, as a bar outside the editor asks for it. */
export function finder(editor: Editor): Finder {
  const { view } = editor
  const state = (): FindState | undefined => findKey.getState(editor.state)
  let invalid = false
  /** What an expression finds comes later: then it is shown. */
  let awaited = false

  const progress = (): FindProgress => {
    const { matches = [], current = -1, unread = [], slow = false } = state() ?? {}
    const problem = invalid ? 'invalid' : slow ? 'slow' : null
    return { count: matches.length, current, busy: unread.length > 0 && !slow, problem }
  }
  const show = () => {
    const mark = view.dom.querySelector<HTMLElement>('.found.current')
    if (!mark) return
    const frame = scrollerOf(view.dom).getBoundingClientRect()
    const place = mark.getBoundingClientRect()
    const margin = Math.min(96, frame.height / 4)
    if (place.top >= frame.top + margin && place.bottom <= frame.bottom - margin) return
    mark.scrollIntoView({ block: 'center', inline: 'nearest', behavior: isCalm() ? 'instant' : 'auto' })
  }
  const goTo = (index: number) => {
    changeFind(view, { type: 'current', index })
    show()
  }
  const replace = (matches: Match[], replacement: string) => {
    const pattern = state()?.pattern
    if (!pattern || !editor.isEditable) return
    const transaction = editor.state.tr
    for (const match of matches.toReversed()) {
      const text = replacementFor(textOf(match.block), match.offset, pattern, replacement)
      if (text) transaction.insertText(text, match.from, match.to)
      else transaction.delete(match.from, match.to)
    }
    asOneStep(editor.state, () => view.dispatch(transaction))
  }

  return {
    search(query) {
      const pattern = query.text ? patternOf(query) : null
      invalid = query.text !== '' && pattern === null
      const current = state()?.matches[state()?.current ?? -1]
      changeFind(view, { type: 'search', pattern, from: current?.from ?? editor.state.selection.from })
      awaited = progress().busy
      show()
    },
    step(by) {
      const { matches, current } = state() ?? { matches: [], current: -1 }
      if (matches.length > 0) goTo((current + by + matches.length) % matches.length)
    },
    replace(replacement) {
      const { matches, current } = state() ?? { matches: [], current: -1 }
      const match = matches[current]
      if (!match) return
      replace([match], replacement)
      const after = match.from + replacement.length
      const next = state()?.matches.findIndex(({ from }) => from >= after) ?? -1
      if (state()?.matches.length) goTo(Math.max(0, next))
    },
    replaceAll(replacement) {
      const matches = state()?.matches ?? []
      replace(matches, replacement)
      return matches.length
    },
    selectedText() {
      const { from, to, empty } = editor.state.selection
      const text = empty || to - from > 200 ? '' : editor.state.doc.textBetween(from, to, '\n')
      return text.includes('\n') ? '' : text
    },
    watch(tell) {
      const onTransaction = () => {
        const now = progress()
        tell(now)
        if (!awaited || now.busy) return
        awaited = false
        show()
      }
      editor.on('transaction', onTransaction)
      onTransaction()
      return () => {
        editor.off('transaction', onTransaction)
      }
    },
    end() {
      const { matches, current } = state() ?? { matches: [], current: -1 }
      const match = matches[current]
      changeFind(view, { type: 'search', pattern: null, from: 0 })
      if (match) view.dispatch(editor.state.tr.setSelection(TextSelection.create(editor.state.doc, match.from, match.to)))
      view.focus()
    },
  }
}
