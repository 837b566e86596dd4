import type { Editor } from '@tiptap/core'
import { isStoredImage } from '../../../../../hocuspocus-server/src/schema/addresses.ts'
import { Image } from '../../../../../hocuspocus-server/src/schema/nodes.ts'
import type { EditorProps, EditorText } from '../../contract.ts'
import { make, makeButton } from '../dom.ts'
import { type IconName, iconElement } from '../icons.tsx'

interface ImageOptions {
  text: EditorText
  resolve: EditorProps['resolveImage']
}

/** Parts of the column. */
const sizes: { name: 'imageSmall' | 'imageMedium' | 'imageFull'; icon: IconName; width: number | null }[] = [
  { name: 'imageSmall', icon: 'small', width: 0.33 },
  { name: 'imageMedium', icon: 'medium', width: 0.66 },
  { name: 'imageFull', icon: 'full', width: 1 },
]
const sides: { name: 'alignLeft' | 'alignCenter' | 'alignRight'; icon: IconName; align: string }[] = [
  { name: 'alignLeft', icon: 'left', align: 'left' },
  { name: 'alignCenter', icon: 'center', align: 'center' },
  { name: 'alignRight', icon: 'rightAlign', align: 'right' },
]
const smallest = 0.1
const stepOfKeys = 0.05

/** Pictures of a document. Only what lies in its bucket is shown: an address elsewhere would tell a stranger who reads what and when. */
export function imageView(options: ImageOptions) {
  return Image.extend({
    addNodeView() {
      return ({ node, editor, getPos }) => {
        let shown = node
        const change = (attribute: 'alt' | 'width' | 'align', value: unknown) => {
          const position = getPos()
          if (position === undefined || shown.attrs[attribute] === value) return
          // Straight to the state: a chain would take the focus out of the tools.
          editor.view.dispatch(editor.state.tr.setNodeAttribute(position, attribute, value))
        }
        const picture = drawing(options)
        const tools = toolsOf(editor, options.text, change)
        const handle = resizeHandle(options.text, picture.element, change)
        picture.element.append(handle.element, tools.element)
        const show = () => {
          picture.show(shown.attrs.src)
          picture.image.alt = shown.attrs.alt ?? ''
          picture.element.dataset.align = shown.attrs.align ?? ''
          handle.show(shown.attrs.width)
          tools.show(shown.attrs)
        }
        show()
        return {
          dom: picture.element,
          update(next) {
            if (next.type !== shown.type) return false
            shown = next
            show()
            return true
          },
          selectNode() {
            picture.element.classList.add('selected')
            handle.element.hidden = tools.element.hidden = !editor.isEditable
          },
          deselectNode() {
            tools.leave()
            picture.element.classList.remove('selected')
            handle.element.hidden = tools.element.hidden = true
          },
          stopEvent: (event) => tools.element.contains(event.target as Node) || handle.element.contains(event.target as Node),
          ignoreMutation: () => true,
        }
      }
    },
  })
}

/** The picture itself, from asking for it to showing it. */
function drawing({ text, resolve }: ImageOptions) {
  const image = make('img', { draggable: false })
  const missing = make('p', {}, text.imageMissing)
  const element = make('figure', { className: 'picture' }, image, missing)
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
    image,
    show(src: unknown) {
      if (src === current && element.dataset.state !== undefined) return
      current = src
      if (!isStoredImage(src)) {
        setState('missing')
        return missing.replaceChildren(...elsewhere(src, text))
      }
      missing.textContent = text.imageMissing
      setState('loading')
      resolve(src).then(
        (address) => {
          if (current === src) image.src = address
        },
        () => {
          if (current === src) setState('missing')
        },
      )
    },
  }
}

/** A picture on another site is not asked for, since that would tell it who reads what; whoever wants to see it can go there. */
function elsewhere(src: unknown, text: EditorText): (Node | string)[] {
  const address = typeof src === 'string' && /^https?:/.test(src) ? URL.parse(src) : null
  if (!address) return [text.imageMissing]
  return [make('a', { href: address.href, target: '_blank', rel: 'noopener noreferrer nofollow' }, text.imageElsewhere(address.host))]
}

type Change = (attribute: 'alt' | 'width' | 'align', value: unknown) => void

function toolsOf(editor: Editor, text: EditorText, change: Change) {
  const description = make('input', { ariaLabel: text.imageDescription, placeholder: text.imageDescriptionHint, maxLength: 300 })
  const sizeButtons = sizes.map(({ name, icon, width }) =>
    makeButton(text[name], { icon: iconElement(icon) }, () => change('width', width)),
  )
  const sideButtons = sides.map(({ name, icon, align }) =>
    makeButton(text[name], { icon: iconElement(icon) }, () => change('align', align)),
  )
  const bar = make(
    'div',
    { className: 'node-tools', role: 'toolbar', ariaLabel: text.imageTools },
    ...sizeButtons,
    make('hr'),
    ...sideButtons,
  )
  const element = make('div', { className: 'picture-tools', hidden: true }, bar, description)
  let described = ''
  const write = () => {
    if (description.value !== described) change('alt', description.value || null)
  }
  description.addEventListener('change', write)
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' && !(event.key === 'Enter' && event.target === description)) return
    event.preventDefault()
    event.stopPropagation()
    editor.commands.focus()
  })
  return {
    element,
    leave: write,
    show({ alt, width, align }: Record<string, unknown>) {
      described = typeof alt === 'string' ? alt : ''
      if (document.activeElement !== description) description.value = described
      for (const [index, button] of sizeButtons.entries()) button.ariaPressed = String(sizes[index]?.width === width)
      for (const [index, button] of sideButtons.entries()) button.ariaPressed = String(sides[index]?.align === (align ?? 'left'))
    },
  }
}

/** The edge of a picture, moved by pointer or by arrow keys. */
function resizeHandle(text: EditorText, figure: HTMLElement, change: Change) {
  const element = make('div', {
    className: 'picture-edge',
    role: 'slider',
    tabIndex: 0,
    ariaLabel: text.imageResize,
    ariaValueMin: '10',
    ariaValueMax: '100',
    hidden: true,
  })
  let width: number | null = null
  const show = (part: number | null) => {
    figure.style.setProperty('--width', part === null ? 'fit-content' : `${part * 100}%`)
    element.ariaValueNow = String(Math.round((part ?? 1) * 100))
  }
  const limited = (part: number) => Math.round(Math.min(Math.max(part, smallest), 1) * 100) / 100
  element.addEventListener('pointerdown', (event) => {
    event.preventDefault()
    element.setPointerCapture(event.pointerId)
    const image = figure.querySelector('img')
    const column = figure.clientWidth
    const start = (image?.offsetWidth ?? column) / column
    const rightToLeft = getComputedStyle(figure).direction === 'rtl' ? -1 : 1
    // A centred picture grows on both sides.
    const factor = figure.dataset.align === 'center' ? 2 : 1
    const side = figure.dataset.align === 'right' ? -1 : rightToLeft
    let part = start
    const move = (moved: PointerEvent) => {
      part = limited(start + ((moved.clientX - event.clientX) / column) * factor * side)
      show(part)
    }
    const end = () => {
      element.removeEventListener('pointermove', move)
      change('width', part)
    }
    element.addEventListener('pointermove', move)
    element.addEventListener('lostpointercapture', end, { once: true })
  })
  element.addEventListener('keydown', (event) => {
    const step = { ArrowRight: stepOfKeys, ArrowUp: stepOfKeys, ArrowLeft: -stepOfKeys, ArrowDown: -stepOfKeys }[event.key]
    if (step === undefined) return
    event.preventDefault()
    event.stopPropagation()
    change('width', limited((width ?? 1) + step))
  })
  return {
    element,
    show(part: number | null) {
      width = part
      show(part)
    },
  }
}
