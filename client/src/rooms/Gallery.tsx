import { createEffect, createResource, createSignal, on, onCleanup, onMount, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { filesEn as en } from './filesEn.ts'
import { saveFile } from './MessageFiles.tsx'
import { pictureOf } from './messageFiles.ts'
import type { MessageFile } from './outgoing.ts'
import { ToolIcon } from './ToolIcon.tsx'

const t = textsOf(en)
const most = 8

/** Pictures one at a time, as large as the screen: arrows go on, plus, minus, the wheel and two fingers change the size. */
export default function Gallery(props: { pictures: readonly MessageFile[]; first: number; onClose(): void }) {
  const [at, setAt] = createSignal(props.first)
  const [view, setView] = createSignal({ scale: 1, x: 0, y: 0 })
  const fingers = new Map<number, PointerEvent>()
  let dialog!: HTMLDialogElement
  const picture = () => props.pictures[at()] as MessageFile
  const [asked] = createResource(() => picture().path, pictureOf)
  const src = () => (asked.state === 'ready' ? asked() : undefined)
  const before = document.activeElement

  onMount(() => dialog.showModal())
  onCleanup(() => {
    dialog.close()
    if (before instanceof HTMLElement && before.isConnected) before.focus()
  })
  createEffect(on(at, () => setView({ scale: 1, x: 0, y: 0 })))

  const go = (step: number) => setAt((at() + step + props.pictures.length) % props.pictures.length)
  const zoom = (by: number) =>
    setView(({ scale, x, y }) => {
      const next = Math.min(most, Math.max(1, scale * by))
      return next === 1 ? { scale: 1, x: 0, y: 0 } : { scale: next, x: (x * next) / scale, y: (y * next) / scale }
    })
  const onKeyDown = (event: KeyboardEvent) => {
    const side = getComputedStyle(dialog).direction === 'rtl' ? -1 : 1
    if (event.key === 'ArrowRight') go(side)
    else if (event.key === 'ArrowLeft') go(-side)
    else if (event.key === '+' || event.key === '=') zoom(1.5)
    else if (event.key === '-') zoom(1 / 1.5)
    else if (event.key === '0') setView({ scale: 1, x: 0, y: 0 })
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const onPointerMove = (event: PointerEvent) => {
    const last = fingers.get(event.pointerId)
    if (!last) return
    const [one, two] = [...fingers.values()]
    if (one && two) {
      const other = event.pointerId === one.pointerId ? two : one
      const now = Math.hypot(event.clientX - other.clientX, event.clientY - other.clientY)
      zoom(now / Math.max(1, Math.hypot(last.clientX - other.clientX, last.clientY - other.clientY)))
    } else if (view().scale > 1) {
      setView(({ scale, x, y }) => ({ scale, x: x + event.clientX - last.clientX, y: y + event.clientY - last.clientY }))
    }
    fingers.set(event.pointerId, event)
  }
  let startX = 0
  const onPointerUp = (event: PointerEvent) => {
    const swiped = fingers.size === 1 && view().scale === 1 && event.pointerType === 'touch' ? event.clientX - startX : 0
    fingers.delete(event.pointerId)
    if (Math.abs(swiped) > 60) go(swiped < 0 ? 1 : -1)
  }

  return (
    <dialog ref={dialog} class="gallery" aria-label={en.gallery} onClose={() => props.onClose()} onKeyDown={onKeyDown}>
      <header>
        <span class="ellipsis grow" dir="auto">
          {picture().name}
        </span>
        <Show when={props.pictures.length > 1}>
          <span role="status">{t('place', { at: at() + 1, total: props.pictures.length })}</span>
        </Show>
        <button
          type="button"
          aria-label={en.zoom}
          title={en.zoom}
          onClick={() => (view().scale > 1 ? setView({ scale: 1, x: 0, y: 0 }) : zoom(2))}
        >
          <ToolIcon name="zoomIn" />
        </button>
        <button
          type="button"
          aria-label={t('save', { name: picture().name })}
          title={t('save', { name: picture().name })}
          onClick={() => void saveFile(picture())}
        >
          <ToolIcon name="download" />
        </button>
        <button type="button" aria-label={en.close} title={en.close} onClick={() => props.onClose()}>
          <ToolIcon name="close" />
        </button>
      </header>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the dialog has the same by keys */}
      <div
        class="gallery-stage"
        onWheel={(event) => zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2)}
        onDblClick={() => (view().scale > 1 ? setView({ scale: 1, x: 0, y: 0 }) : zoom(2))}
        onPointerDown={(event) => {
          if ((event.target as Element).closest('button')) return
          startX = event.clientX
          fingers.set(event.pointerId, event)
        }}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={(event) => fingers.delete(event.pointerId)}
      >
        <Show when={src()} fallback={<p role="status">{asked.error ? en.missing : ''}</p>}>
          {(address) => (
            <img
              src={address()}
              alt={picture().alt ?? picture().name}
              draggable={false}
              style={{ transform: `translate(${view().x}px, ${view().y}px) scale(${view().scale})` }}
            />
          )}
        </Show>
        <Show when={props.pictures.length > 1}>
          <button type="button" class="gallery-previous" aria-label={en.previous} title={en.previous} onClick={() => go(-1)}>
            <ToolIcon name="previous" />
          </button>
          <button type="button" class="gallery-next" aria-label={en.next} title={en.next} onClick={() => go(1)}>
            <ToolIcon name="next" />
          </button>
        </Show>
      </div>
    </dialog>
  )
}
