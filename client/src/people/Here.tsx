import { createEffect, createMemo, on, onCleanup, onMount } from 'solid-js'
import { openTopic, type Topic } from '../live.ts'
import { useSession } from '../session.ts'
import { useShell } from '../shell/shellState.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { PersonState } from './PersonState.tsx'
import { setPeople } from './presence.ts'
import { endStatuses, heardStatus, readStatuses } from './status.ts'

/** Who has touched nothing for so long is away. */
const awayMs = 5 * 60_000
const lookMs = 15_000
/** Many come and go together, when a server starts anew: they are counted once. */
const gatherMs = 250

/** Shows that this person is there and learns who else is. A change between online and away alone is told: what keeps the connection costs
 *  nobody anything. Shows the status of this person. */
export default function Here() {
  const session = useSession()
  const shell = useShell()
  const workspace = useWorkspace()
  const me = createMemo(() => session.user()?.id ?? '')
  const name = createMemo(() =>
    me() && !session.ended() && workspace.loaded() && workspace.can('viewer') ? `presence:${workspace.id()}:${workspace.epoch()}` : '',
  )
  let topic: Topic | undefined
  let touchedAt = Date.now()
  let told = ''

  function tell() {
    const state = Date.now() - touchedAt > awayMs ? 'away' : 'online'
    if (state === told) return
    told = state
    topic?.track({ state })
  }

  function count(everybody: Record<string, unknown[]>) {
    const states = Object.entries(everybody).map(([person, places]) => {
      const isOnline = places.some((place) => (place as { state?: unknown }).state === 'online')
      return [person, isOnline ? 'online' : 'away'] as const
    })
    setPeople('there', (before) => ({
      ...Object.fromEntries(Object.keys(before).map((person) => [person, undefined])),
      ...Object.fromEntries(states),
    }))
    setPeople('known', true)
  }

  createEffect(
    on([name, shell.online], ([wanted, online]) => {
      setPeople('known', false)
      if (!wanted || !online) return
      let timer = 0
      const onSync = (everybody: Record<string, unknown[]>) => {
        clearTimeout(timer)
        timer = window.setTimeout(count, gatherMs, everybody)
      }
      topic = openTopic(wanted, {
        presence: { key: me(), onSync },
        onJoined: () => {
          told = ''
          tell()
        },
      })
      onCleanup(() => {
        clearTimeout(timer)
        topic?.close()
        topic = undefined
      })
    }),
  )
  // Read again with the lists, which are read whenever something may have been missed.
  createEffect(on([me, workspace.all], ([person]) => person && readStatuses().catch(() => {})))

  onMount(() => {
    const listening = new AbortController()
    const touched = () => {
      touchedAt = Date.now()
      if (told === 'away') tell()
    }
    for (const event of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'focus'] as const) {
      addEventListener(event, touched, { signal: listening.signal, passive: true })
    }
    addEventListener('atrium:status', (event) => heardStatus((event as CustomEvent<Record<string, unknown>>).detail), {
      signal: listening.signal,
    })
    const timer = setInterval(() => {
      tell()
      endStatuses()
    }, lookMs)
    onCleanup(() => {
      clearInterval(timer)
      listening.abort()
    })
  })

  return <PersonState id={me()} />
}
