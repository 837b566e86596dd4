import { useNavigate } from '@solidjs/router'
import { createEffect, createMemo, mapArray, onCleanup, onMount } from 'solid-js'
import { useDocuments } from './documents/documents.ts'
import { textsOf } from './i18n.ts'
import { inboxEvent } from './inbox/events.ts'
import { missedEvent, openTopic } from './live.ts'
import { paths } from './paths.ts'
import { useRooms } from './rooms/rooms.ts'
import { useSession } from './session.ts'
import { en } from './shell/en.ts'
import { startDevice } from './sync/device.ts'
import { toast } from './ui/Toast.tsx'
import { useWorkspace } from './workspaces/workspaces.ts'

const t = textsOf(en)

/** Hints that come close together are answered by one reading. */
const gatherMs = 150
/** A page that was hidden for longer may have missed hints. */
const awayMs = 10_000

/** Listens to what changes on the server and reads the lists again; tells who lost a workspace. Shows nothing else. */
export default function Hints() {
  const session = useSession()
  const workspace = useWorkspace()
  const documents = useDocuments()
  const rooms = useRooms()
  const navigate = useNavigate()
  const waiting = new Map<string, number>()

  /** Reads soon, once for many hints. A reading that fails is repeated by the next hint or by coming back to the page. */
  function soon(name: string, read: () => Promise<unknown>) {
    clearTimeout(waiting.get(name))
    waiting.set(
      name,
      window.setTimeout(() => {
        read().catch(() => {})
      }, gatherMs),
    )
  }
  onCleanup(() => {
    for (const timer of waiting.values()) clearTimeout(timer)
  })

  const reads: Record<string, (payload: Record<string, unknown>) => void> = {
    workspace: () => soon('all', workspace.reload),
    workspaces: () => soon('all', workspace.reload),
    epoch: () => soon('all', workspace.reload),
    // One's own role decides what the other lists hold.
    members: (payload) => (payload.user_id === session.user()?.id ? soon('all', workspace.reload) : soon('people', workspace.reloadPeople)),
    spaces: () => soon('spaces', () => Promise.all([workspace.reloadSpaces(), workspace.reloadDocuments(), workspace.reloadRooms()])),
    documents: () => soon('documents', workspace.reloadDocuments),
    favourites: () => soon('favourites', documents.readFavourites),
    rooms: () => soon('rooms', workspace.reloadRooms),
    room_activity: rooms.heard,
    notifications: (payload) => {
      dispatchEvent(new Event(inboxEvent))
      // What says no kind may be a mention that was read or taken back.
      if ((payload.kind ?? 'mention') === 'mention') soon('mentions', rooms.countMentions)
    },
    read: rooms.heardRead,
    threads: rooms.heardThreads,
    saved: rooms.heardSaved,
    reminder: rooms.heardSaved,
  }

  const names = createMemo(() => {
    const person = session.user()?.id
    if (!person || session.ended()) return []
    const found = [`user:${person}`]
    if (!workspace.loaded()) return found
    if (workspace.can('viewer')) found.push(`workspace:${workspace.id()}:${workspace.epoch()}`)
    for (const space of workspace.spaces()) found.push(`space:${space.id}:${space.epoch}`)
    return found
  })

  /** Reads again whatever a hint that nobody heard may have told of. */
  const readMissed = () => {
    soon('all', workspace.reload)
    soon('pages', async () => {
      rooms.heardSaved()
      rooms.heardThreads()
      dispatchEvent(new Event(inboxEvent))
      dispatchEvent(new Event(missedEvent))
    })
  }

  const topics = mapArray(names, (name) => {
    const topic = openTopic(name, {
      onEvent: (event, payload) => {
        const read = reads[event]
        // What only a page wants to know, it hears from the window.
        if (read) read(payload)
        else dispatchEvent(new CustomEvent(`atrium:${event}`, { detail: payload }))
      },
      // Between the first reading and the first join something may have changed as well.
      onJoined: readMissed,
      onRefused: () => soon('all', workspace.reload),
    })
    onCleanup(topic.close)
    return topic
  })
  createEffect(topics)

  createEffect(() => {
    const name = workspace.lost()
    if (name === undefined) return
    workspace.forgetLost()
    toast(t('lost', { name }))
    // Who has no other workspace is on his way to making one.
    if (workspace.all()?.length) navigate(paths.home())
  })

  onMount(() => {
    const person = session.user()?.id
    if (person) onCleanup(startDevice(person, readMissed, workspace.document))
    let hiddenAt = 0
    const onVisibility = () => {
      if (document.hidden) hiddenAt = Date.now()
      else if (Date.now() - hiddenAt > awayMs) readMissed()
    }
    document.addEventListener('visibilitychange', onVisibility)
    addEventListener('online', readMissed)
    onCleanup(() => {
      document.removeEventListener('visibilitychange', onVisibility)
      removeEventListener('online', readMissed)
    })
  })

  return null
}
