import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import type { Composer, ComposerProps } from '../contract.ts'
import { ComposerField, type FieldHandle } from './ComposerField.tsx'
import '../editor/suggestions.css'
import './composer.css'

/** Puts a small editor into `element`. Menus are drawn inside it too, so that they work above a dialog. It stands there when this
 *  returns: no letter falls between it and the field whose place it takes. */
export function mountComposer(element: HTMLElement, initial: ComposerProps): Composer {
  let props = initial
  let handle: FieldHandle | undefined
  const stage = document.createElement('div')
  const menus = document.createElement('div')
  element.append(stage, menus)
  const root = createRoot(stage)
  const hold = (given: FieldHandle) => {
    handle = given
  }
  const draw = () => root.render(<ComposerField props={props} container={menus} onHandle={hold} />)
  flushSync(draw)
  return {
    update(next) {
      props = { ...props, ...next }
      draw()
    },
    focus: () => handle?.focus(),
    set: (written) => handle?.set(written),
    insert: (text) => handle?.insert(text),
    toggleCodeBlock: () => handle?.toggleCodeBlock(),
    // React refuses to unmount while it renders, and Solid may clean up in the middle of that.
    unmount: () =>
      queueMicrotask(() => {
        root.unmount()
        element.replaceChildren()
      }),
  }
}
