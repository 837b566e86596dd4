import { A, useLocation } from '@solidjs/router'
import { createEffect, createMemo, createSignal, For, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { PersonState } from '../people/PersonState.tsx'
import type { RoomRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { useShell } from '../shell/shellState.ts'
import { IconButton } from '../ui/Button.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt } from './attempt.ts'
import { en } from './directEn.ts'
import { Faces } from './Faces.tsx'
import { hasNews, RoomCount } from './RoomCount.tsx'
import { othersIn } from './roomName.ts'
import { hideDirect } from './shown.ts'
import './direct.css'

const t = textsOf(en)
/** So many are listed besides those with something new. */
const shownAtFirst = 6

/** The conversations with single people, the latest first, and the way to a new one. */
export default function DirectList() {
  const workspace = useWorkspace()
  const shell = useShell()
  const location = useLocation()
  const [all, setAll] = createSignal(false)
  const isOpen = (room: RoomRow) => location.pathname.startsWith(paths.room(room.id))
  // What somebody opened and said nothing in is nobody's business yet.
  const begun = createMemo(() => workspace.directs().filter((room) => (room.last_seq > 0 && !room.hidden) || isOpen(room)))
  const shown = createMemo(() => (all() ? begun() : begun().filter((room, index) => index < shownAtFirst || hasNews(room) || isOpen(room))))

  // A guest, who may not list the members, learns of those who write to him by their writing.
  const asked = new Set<string>()
  createEffect(() => {
    const unknown = workspace
      .directs()
      .flatMap((room) => room.people ?? [])
      .filter((person) => !workspace.nameOf(person) && !asked.has(person))
    for (const person of unknown) asked.add(person)
    if (unknown.length > 0 && workspace.loaded()) workspace.reloadPeople().catch(() => {})
  })

  return (
    <section aria-label={en.direct}>
      <div class="space-head">
        <h2 class="loose-head">{en.direct}</h2>
        <IconButton
          icon="plus"
          label={en.new}
          onClick={() => {
            shell.setDrawer(false)
            shell.open({ kind: 'newDirect' })
          }}
        />
      </div>
      <ul class="side-rooms" aria-label={en.direct}>
        <For each={shown()}>{(room) => <DirectRow room={room} />}</For>
        <Show when={shown().length < begun().length || all()}>
          <li>
            <button type="button" class="nav-row direct-more" aria-expanded={all()} onClick={() => setAll(!all())}>
              {all() ? en.fewer : t('more', { count: begun().length })}
            </button>
          </li>
        </Show>
      </ul>
    </section>
  )
}

function DirectRow(props: { room: RoomRow }) {
  const workspace = useWorkspace()
  const session = useSession()
  const others = () => othersIn(props.room, workspace, session.user()?.id ?? '')
  const name = () =>
    others()
      .map((person) => person.name)
      .join(', ')
  async function hide() {
    const { id } = props.room
    if (!(await attempt(t('hide', { name: name() }), () => hideDirect(workspace, id, true)))) return
    toast(en.hidden, { action: { label: common.undo, run: () => void attempt(en.hidden, () => hideDirect(workspace, id, false)) } })
  }
  return (
    <li class="direct-row">
      <A class="nav-row" classList={{ unread: hasNews(props.room), muted: props.room.muted }} href={paths.room(props.room.id)}>
        <Faces people={others()} />
        <span class="ellipsis" dir="auto" title={name()}>
          {name()}
        </span>
        <Show when={others().length === 1 && others()[0]}>{(other) => <PersonState id={other().id} />}</Show>
        <RoomCount room={props.room} />
      </A>
      <IconButton icon="close" label={t('hide', { name: name() })} onClick={() => void hide()} />
    </li>
  )
}
