import { createRoot } from 'react-dom/client'
import type { EditorProps, Island } from '../contract.ts'
import { DocumentEditor } from './DocumentEditor.tsx'
import './editor.css'
import './highlight.css'
import './moves/blockHandle.css'
import './menus.css'
import './nodes/nodes.css'
import './nodes/table.css'
import './suggestions.css'

/** Puts an editor into `element`. Menus are drawn inside it too, so that they work above a dialog. */
export function mountEditor(element: HTMLElement, initial: EditorProps): Island<EditorProps> {
  let props = initial
  const stage = document.createElement('div')
  const menus = document.createElement('div')
  element.append(stage, menus)
  const root = createRoot(stage)
  const draw = () => root.render(<DocumentEditor props={props} container={menus} />)
  draw()
  return {
    update(next) {
      props = { ...props, ...next }
      draw()
    },
    // React refuses to unmount while it renders, and Solid may clean up in the middle of that.
    unmount: () =>
      queueMicrotask(() => {
        root.unmount()
        element.replaceChildren()
      }),
  }
}
