import type { HocuspocusProvider } from '@hocuspocus/provider'
import { Extension } from '@tiptap/core'
import { type EditorState, Plugin, PluginKey } from '@tiptap/pm/state'
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view'
import { absolutePositionToRelativePosition, relativePositionToAbsolutePosition, ySyncPluginKey } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import type { Person } from '../contract.ts'
import { atMostEvery } from './pace.ts'
import { hueOf, personOf } from './people.ts'
import { scrollerOf } from './scroll.ts'

/** Own movements are told at most five times a second: with many people these messages are most of the traffic. */
const publishMs = 200

/** Where somebody else is. Positions are of this moment's document. */
export interface Caret {
  clientId: number
  person: Person
  anchor: number | null
  head: number | null
  /** The first block that he sees. */
  top: number | null
}

export const caretsKey = new PluginKey<{ carets: Caret[]; decorations: DecorationSet }>('carets')

type Awareness = NonNullable<HocuspocusProvider['awareness']>

/** Carets and selections of the others, and one's own for them. */
export function carets(provider: HocuspocusProvider, person: Person) {
  const { awareness } = provider
  return Extension.create({
    name: 'carets',
    addProseMirrorPlugins: () => (awareness ? [caretsPlugin(awareness, person)] : []),
  })
}

function caretsPlugin(awareness: Awareness, person: Person) {
  const drawn = new Map<number, HTMLElement>()
  return new Plugin<{ carets: Caret[]; decorations: DecorationSet }>({
    key: caretsKey,
    state: {
      init: () => ({ carets: [], decorations: DecorationSet.empty }),
      apply(transaction, before, _old, state) {
        if (transaction.getMeta(caretsKey) || ySyncPluginKey.getState(state)?.isChangeOrigin) {
          const carets = caretsOf(awareness, state)
          return {
            carets,
            decorations: DecorationSet.create(
              state.doc,
              carets.flatMap((caret) => decorationsOf(caret, drawn)),
            ),
          }
        }
        if (!transaction.docChanged) return before
        const moved = (position: number | null) => (position === null ? null : transaction.mapping.map(position))
        return {
          carets: before.carets.map((caret) => ({ ...caret, anchor: moved(caret.anchor), head: moved(caret.head), top: moved(caret.top) })),
          decorations: before.decorations.map(transaction.mapping, transaction.doc),
        }
      },
    },
    props: { decorations: (state) => caretsKey.getState(state)?.decorations },
    view(view) {
      awareness.setLocalStateField('user', { id: person.id, name: person.name })
      const stops = [hear(awareness, view, drawn), publish(awareness, view)]
      return {
        update: (view, before) => {
          if (!view.state.selection.eq(before.selection) || view.state.doc !== before.doc) stops[1]?.changed()
        },
        destroy: () => {
          for (const { stop } of stops) stop()
        },
      }
    },
  })
}

interface Listening {
  changed(): void
  stop(): void
}

/** Draws the others anew when one of them has moved, once a frame. One's own movements are no news. */
function hear(awareness: Awareness, view: EditorView, drawn: Map<number, HTMLElement>): Listening {
  let frame = 0
  const onChange = ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>) => {
    const others = [...added, ...updated, ...removed].filter((id) => id !== awareness.clientID)
    if (others.length === 0) return
    for (const id of updated) nameAgain(drawn.get(id))
    for (const id of removed) drawn.delete(id)
    frame ||= requestAnimationFrame(() => {
      frame = 0
      view.dispatch(view.state.tr.setMeta(caretsKey, true))
    })
  }
  awareness.on('change', onChange)
  frame = requestAnimationFrame(() => {
    frame = 0
    view.dispatch(view.state.tr.setMeta(caretsKey, true))
  })
  return {
    changed() {},
    stop() {
      awareness.off('change', onChange)
      cancelAnimationFrame(frame)
    },
  }
}

/** Tells the others where one's own caret is, and what is seen by who has none. */
function publish(awareness: Awareness, view: EditorView): Listening {
  const scroller = scrollerOf(view.dom)
  let told = ''
  const { soon, stop } = atMostEvery(publishMs, () => {
    if (view.isDestroyed) return
    const { anchor, head } = view.state.selection
    const cursor = view.hasFocus() ? { anchor: relative(view.state, anchor), head: relative(view.state, head) } : null
    const top = relative(view.state, topBlock(view, scroller))
    const now = JSON.stringify([cursor, top])
    if (now === told) return
    told = now
    awareness.setLocalState({ ...awareness.getLocalState(), cursor, top })
  })
  const listening = new AbortController()
  for (const event of ['focusin', 'focusout']) view.dom.addEventListener(event, soon, { signal: listening.signal })
  scroller.addEventListener('scroll', soon, { passive: true, signal: listening.signal })
  return {
    changed: soon,
    stop() {
      stop()
      listening.abort()
      awareness.setLocalState({ ...awareness.getLocalState(), cursor: null, top: null })
    },
  }
}

function topBlock(view: EditorView, scroller: HTMLElement): number {
  const edge = scroller.getBoundingClientRect().top
  const blocks = view.dom.children
  let low = 0
  let high = blocks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((blocks[middle]?.getBoundingClientRect().bottom ?? 0) <= edge) low = middle + 1
    else high = middle
  }
  const block = blocks[Math.min(low, blocks.length - 1)]
  return block ? view.posAtDOM(block, 0) : 0
}

function relative(state: EditorState, position: number): Y.RelativePosition {
  const { type, binding } = ySyncPluginKey.getState(state)
  return absolutePositionToRelativePosition(position, type, binding.mapping)
}

/** Others write these states: what cannot be a place is none. */
function caretsOf(awareness: Awareness, state: EditorState): Caret[] {
  const { doc, type, binding } = ySyncPluginKey.getState(state)
  const absolute = (position: unknown): number | null => {
    if (!position) return null
    try {
      const found = relativePositionToAbsolutePosition(doc, type, Y.createRelativePositionFromJSON(position), binding.mapping)
      return found === null ? null : Math.min(found, Math.max(state.doc.content.size - 1, 0))
    } catch {
      return null
    }
  }
  return [...awareness.getStates()].flatMap(([clientId, { user, cursor, top }]) => {
    const person = personOf(user)
    if (clientId === awareness.clientID || !person) return []
    return [{ clientId, person, anchor: absolute(cursor?.anchor), head: absolute(cursor?.head), top: absolute(top) }]
  })
}

function decorationsOf({ clientId, person, anchor, head }: Caret, drawn: Map<number, HTMLElement>): Decoration[] {
  if (anchor === null || head === null) return []
  const draw = () => {
    const element = drawCaret(person)
    drawn.set(clientId, element)
    return element
  }
  const caret = Decoration.widget(head, draw, { key: `caret-${clientId}-${person.id}`, side: 10 })
  if (anchor === head) return [caret]
  const look = { class: 'caret-selection', style: `--hue: ${hueOf(person.id)}` }
  return [caret, Decoration.inline(Math.min(anchor, head), Math.max(anchor, head), look)]
}

/** Names come from other browsers: they become text, never markup. */
function drawCaret(person: Person): HTMLElement {
  const line = document.createElement('span')
  line.className = 'caret'
  line.style.setProperty('--hue', String(hueOf(person.id)))
  const label = document.createElement('span')
  label.className = 'caret-name'
  label.dir = 'auto'
  label.textContent = person.name
  line.append(label)
  return line
}

/** The name leaves after a while, and comes back with the next movement. */
function nameAgain(caret: HTMLElement | undefined) {
  for (const animation of caret?.getAnimations({ subtree: true }) ?? []) {
    animation.cancel()
    animation.play()
  }
}
