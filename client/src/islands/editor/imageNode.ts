import { isStoredImage } from '../../../../hocuspocus-server/src/schema/addresses.ts'
import { Image } from '../../../../hocuspocus-server/src/schema/nodes.ts'
import type { EditorProps, EditorText } from '../contract.ts'

/** Pictures of a document. Only what lies in its bucket is shown: an address elsewhere would tell a stranger who reads what and when. */
export function imageNode(options: { text: EditorText; resolve: EditorProps['resolveImage'] }) {
  return Image.extend({
    addNodeView() {
      return ({ node, editor, getPos }) => {
        let shown = node
        const view = figure(options.text)
        const write = () => {
          const position = getPos()
          if (position === undefined || view.description.value === (shown.attrs.alt ?? '')) return
          editor.commands.command(({ tr }) => {
            tr.setNodeAttribute(position, 'alt', view.description.value || null)
            return true
          })
        }
        view.description.addEventListener('change', write)
        view.description.addEventListener('keydown', (event) => {
          if (event.key !== 'Enter' && event.key !== 'Escape') return
          event.preventDefault()
          editor.commands.focus()
        })
        const show = () => {
          view.show(options.resolve, shown.attrs.src)
          view.describe(shown.attrs.alt)
        }
        show()
        return {
          dom: view.element,
          update(next) {
            if (next.type !== shown.type) return false
            shown = next
            show()
            return true
          },
          selectNode() {
            view.element.classList.add('selected')
            view.description.hidden = !editor.isEditable
          },
          deselectNode() {
            write()
            view.element.classList.remove('selected')
            view.description.hidden = true
          },
          stopEvent: (event) => event.target === view.description,
          ignoreMutation: () => true,
        }
      }
    },
  })
}

function figure(text: EditorText) {
  const element = document.createElement('figure')
  element.className = 'picture'
  const image = document.createElement('img')
  image.draggable = false
  const missing = document.createElement('p')
  missing.textContent = text.imageMissing
  const description = document.createElement('input')
  description.hidden = true
  description.setAttribute('aria-label', text.imageDescription)
  description.placeholder = text.imageDescriptionHint
  description.maxLength = 300
  element.append(image, missing, description)

  let current: unknown
  const setState = (state: 'loading' | 'shown' | 'missing') => {
    element.dataset.state = state
    missing.hidden = state !== 'missing'
    image.hidden = state === 'missing'
  }
  image.addEventListener('error', () => setState('missing'))
  image.addEventListener('load', () => setState('shown'))

  return {
    element,
    description,
    show(resolve: EditorProps['resolveImage'], src: unknown) {
      if (src === current) return
      current = src
      setState('loading')
      if (!isStoredImage(src)) return setState('missing')
      resolve(src).then(
        (address) => {
          if (current === src) image.src = address
        },
        () => {
          if (current === src) setState('missing')
        },
      )
    },
    describe(alt: unknown) {
      const words = typeof alt === 'string' ? alt : ''
      image.alt = words
      if (document.activeElement !== description) description.value = words
    },
  }
}
