import { A, useNavigate } from '@solidjs/router'
import { createMemo, For, lazy, Show, Suspense } from 'solid-js'
import { plural, textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { hasNews } from '../rooms/RoomCount.tsx'
import { useSession } from '../session.ts'
import { useNewDocument } from '../shell/newDocument.ts'
import { Page } from '../shell/Page.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Icon } from '../ui/Icon.tsx'
import type { IconName } from '../ui/icons.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { DocumentLinks, RoomLinks } from './Links.tsx'

const t = textsOf(en)
const recent = 8
const MyInvitations = lazy(() => import('../workspaces/MyInvitations.tsx').then((module) => ({ default: module.MyInvitations })))

/** What is new and what was worked on, in the workspace that is shown. */
export function HomePage() {
  const workspace = useWorkspace()
  const session = useSession()
  const unread = createMemo(() => workspace.rooms().filter(hasNews))
  const documents = createMemo(() =>
    workspace
      .documents()
      .toSorted((one, other) => other.updated_at.localeCompare(one.updated_at))
      .slice(0, recent),
  )
  const news = () => {
    const count = unread().length
    if (count === 0) return t('nothingNew')
    return plural(count, { one: t('newOne', { count }), other: t('newOther', { count }) })
  }
  // Rooms stand with their spaces, but for those that somebody was given by themselves.
  const alone = () => (workspace.spaces().length === 0 ? workspace.rooms() : [])
  const isEmpty = () => documents().length === 0 && workspace.spaces().length === 0 && alone().length === 0

  return (
    <Page title={t('title')}>
      <div class="page">
        <p class="lede">{t(partOfDay(), { name: firstName(session.user()?.name ?? '') })}</p>
        <p class="muted">{news()}</p>
        <Suspense>
          <MyInvitations once />
        </Suspense>
        <Show when={!isEmpty()} fallback={<EmptyState title={t('guestTitle')} text={t('guestText')} />}>
          <FirstSteps />
          <Show when={unread().length > 0}>
            <section class="section">
              <h2>{t('unread')}</h2>
              <RoomLinks rooms={unread()} withSpace />
            </section>
          </Show>
          <Show when={alone().length > 0}>
            <section class="section">
              <h2>{t('roomsAlone')}</h2>
              <RoomLinks rooms={alone()} />
            </section>
          </Show>
          <Show when={documents().length > 0}>
            <section class="section">
              <h2>{t('recent')}</h2>
              <DocumentLinks documents={documents()} withSpace />
            </section>
          </Show>
          <Show when={workspace.spaces().length > 0}>
            <section class="section">
              <h2>{t('spaces')}</h2>
              <ul class="space-cards">
                <For each={workspace.spaces()}>{(space) => <SpaceCard id={space.id} />}</For>
              </ul>
            </section>
          </Show>
        </Show>
      </div>
    </Page>
  )
}

function SpaceCard(props: { id: string }) {
  const workspace = useWorkspace()
  const space = () => workspace.space(props.id)
  const rooms = () => workspace.rooms().filter((room) => room.space_id === props.id).length
  const documents = () => workspace.documents().filter((row) => row.space_id === props.id).length
  const count = () =>
    [
      plural(documents(), { one: t('counts.document', { count: 1 }), other: t('counts.documents', { count: documents() }) }),
      plural(rooms(), { one: t('counts.room', { count: 1 }), other: t('counts.rooms', { count: rooms() }) }),
    ].join(' · ')
  return (
    <li>
      <A class="space-card" href={paths.space(props.id)}>
        <strong class="ellipsis" title={space()?.name}>
          {space()?.name}
        </strong>
        <span class="muted with-icon">
          <Show when={space()?.private}>
            <Icon name="lock" />
            <span class="visually-hidden">{t('private')}</span>
          </Show>
          {count()}
        </span>
      </A>
    </li>
  )
}

/** What an empty workspace lacks, as long as it does. */
function FirstSteps() {
  const workspace = useWorkspace()
  const newDocument = useNewDocument()
  const navigate = useNavigate()

  const steps = createMemo(() => {
    const found: { icon: IconName; title: string; text: string; run(): void }[] = []
    const space = workspace.spaces().find((row) => workspace.can('editor', row.id))
    if (space && workspace.documents().length === 0) {
      found.push({ icon: 'document', title: t('first.document'), text: t('first.documentText'), run: () => newDocument(space.id) })
    }
    if (workspace.can('admin') && workspace.people().length === 1) {
      const run = () => navigate(`${paths.people()}?invite=1`)
      found.push({ icon: 'userPlus', title: t('first.invite'), text: t('first.inviteText'), run })
    }
    const room = workspace.rooms().find((row) => row.can_post)
    if (room && workspace.rooms().every((row) => row.last_seq === 0)) {
      const run = () => navigate(paths.room(room.id))
      found.push({ icon: 'chat', title: t('first.room', { room: `#${room.name}` }), text: t('first.roomText'), run })
    }
    return found
  })

  return (
    <Show when={steps().length > 0}>
      <section class="section">
        <h2>{t('first.title')}</h2>
        <ul class="first-steps">
          <For each={steps()}>
            {(step) => (
              <li>
                <button type="button" class="first-step" onClick={() => step.run()}>
                  <span class="mark">
                    <Icon name={step.icon} />
                  </span>
                  <span>
                    <strong>{step.title}</strong>
                    <span class="muted">{step.text}</span>
                  </span>
                </button>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  )
}

function partOfDay(): 'morning' | 'afternoon' | 'evening' {
  const hour = new Date().getHours()
  if (hour < 5 || hour >= 18) return 'evening'
  return hour < 12 ? 'morning' : 'afternoon'
}

const firstName = (name: string) => name.split(/\s+/)[0] || name
