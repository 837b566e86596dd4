import { useSearchParams } from '@solidjs/router'
import { createEffect, on, onCleanup, onMount } from 'solid-js'
import type { EditorHandle } from '../../islands/contract.ts'
import { useSession } from '../../session.ts'
import { useComments } from './commentStore.ts'

const draftId = 'draft'

/** Keeps the text and the comments together: shows where threads hang, opens what is pressed, begins what is asked for. Draws nothing. */
export default function CommentsInText(props: { documentId: string; editor: EditorHandle; changed: string | undefined }) {
  const session = useSession()
  const comments = useComments(props.documentId, () => session.user()?.id ?? '')
  const [search, setSearch] = useSearchParams<{ panel?: string; thread?: string }>()
  const tools = props.editor.comments
  // Marks are an addition: without them the text is still there, and the panel says what went wrong.
  const open = (thread: string | undefined) => setSearch({ panel: 'comments', thread }, { replace: true })

  onMount(() => void comments.refresh().catch(() => {}))
  onCleanup(
    tools.listen({
      onPlaces: (places) => comments.setPlaces(places),
      onOpen: (ids) => {
        const id = ids.find((each) => each !== draftId)
        if (id) open(id)
      },
      onCompose: (selected) => {
        comments.setDraft(selected)
        open(undefined)
      },
      onMoved: (id, anchor) => void comments.move(id, anchor).catch(() => {}),
    }),
  )
  createEffect(() => tools.allow(comments.mayComment()))
  createEffect(() => {
    const open = comments.unsettled().map(({ id, anchor, quote }) => ({ id, anchor: { ...anchor }, quote }))
    const draft = comments.draft()
    tools.show(draft ? [...open, { id: draftId, anchor: draft.anchor, quote: draft.quote }] : open)
  })
  // A link leads to a thread before its place is known.
  createEffect(
    on(
      [() => search.panel === 'comments', () => search.thread, comments.draft, comments.loaded],
      ([shown, thread, draft, loaded], before) => {
        const id = shown ? (draft ? draftId : (thread ?? null)) : null
        const isArrival = loaded && !before?.[3] && thread !== undefined
        if (loaded) tools.activate(id, isArrival)
      },
    ),
  )
  // Leaving the panel leaves what was begun.
  createEffect(
    on(
      () => search.panel,
      (panel) => panel !== 'comments' && comments.setDraft(undefined),
      { defer: true },
    ),
  )
  createEffect(
    on(
      () => props.changed,
      (what) => {
        if (what === 'comments' || what === 'anything') void comments.refresh(what === 'anything').catch(() => {})
      },
      { defer: true },
    ),
  )
  // Whoever only reads has selected text without the focus being in it.
  const listening = new AbortController()
  addEventListener(
    'keydown',
    (event) => {
      if (event.defaultPrevented || !event.altKey || event.code !== 'KeyM' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      tools.compose()
    },
    { signal: listening.signal },
  )
  onCleanup(() => listening.abort())
  return null
}
