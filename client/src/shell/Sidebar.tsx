import { A, useNavigate } from '@solidjs/router'
import { createEffect, createMemo, createSignal, For, lazy, on, onCleanup, onMount, Show, Suspense } from 'solid-js'
import { DocumentTree } from '../documents/DocumentTree.tsx'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { statusOf } from '../people/presence.ts'
import { RoomList } from '../rooms/RoomList.tsx'
import type { SpaceRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { IconButton } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Menu } from '../ui/Menu.tsx'
import { remember, remembered } from '../ui/memory.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { isCovered } from './keys.ts'
import { SpaceMenu } from './SpaceMenu.tsx'
import { useShell } from './shellState.ts'

const t = textsOf(en)
const SharedWithMe = lazy(() => import('./SharedWithMe.tsx').then((module) => ({ default: module.SharedWithMe })))
const InboxBadge = lazy(() => import('../inbox/InboxBadge.tsx'))
const DirectList = lazy(() => import('../rooms/DirectList.tsx'))
const Here = lazy(() => import('../people/Here.tsx'))
const Favourites = lazy(() => import('../documents/Favourites.tsx'))

/** Where everything is: the workspace, its spaces, and in each its pages and rooms. A drawer on narrow screens. */
export function Sidebar() {
  const shell = useShell()
  const workspace = useWorkspace()
  let aside!: HTMLElement
  const hasLoose = createMemo(() => [...workspace.documents(), ...workspace.rooms()].some((row) => !workspace.space(row.space_id)))

  // The page behind an open drawer is inert, so the focus goes in with it, and back to where it was.
  let before: Element | null = null
  createEffect(
    on(
      shell.drawer,
      (open) => {
        if (open) {
          before = document.activeElement
          aside.querySelector('button')?.focus()
        } else if (before instanceof HTMLElement && aside.contains(document.activeElement)) before.focus()
      },
      { defer: true },
    ),
  )

  // A drawer that covers the page leaves by Escape, as dialogs do, unless Escape belongs to what stands above it.
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape' && shell.drawer() && !isCovered()) shell.setDrawer(false)
  }
  onMount(() => addEventListener('keydown', onKeyDown))
  onCleanup(() => removeEventListener('keydown', onKeyDown))

  return (
    <aside class="side" aria-label={t('sidebar')} ref={aside}>
      <div class="side-head">
        <WorkspaceMenu />
        <Show when={shell.drawer()}>
          <IconButton class="only-narrow" icon="close" label={t('closeNavigation')} onClick={() => shell.setDrawer(false)} />
        </Show>
      </div>
      <button type="button" class="search-button" onClick={() => shell.setPalette(true)}>
        <Icon name="search" />
        <span class="ellipsis">{t('search')}</span>
        <kbd class="only-keys">{isApple ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      <nav aria-label={t('navigation')}>
        <A class="nav-row" href={paths.home()} end>
          <Icon name="home" />
          {t('home')}
        </A>
        <A class="nav-row" href={paths.inbox()}>
          <Icon name="bell" />
          {t('inbox')}
          <Suspense>
            <InboxBadge />
          </Suspense>
        </A>
        <A class="nav-row" href={paths.tasks()}>
          <Icon name="task" />
          {t('tasks')}
        </A>
        <A class="nav-row" href={paths.people()}>
          <Icon name="people" />
          {t('people')}
        </A>
        <A class="nav-row" href={paths.catchUp()}>
          <Icon name="check" />
          {t('catchUp')}
        </A>
        <A class="nav-row" href={paths.threads()}>
          <Icon name="chat" />
          {t('threads')}
        </A>
        <A class="nav-row" href={paths.saved()}>
          <Icon name="bookmark" />
          {t('saved')}
        </A>
        <A class="nav-row" href={paths.drafts()}>
          <Icon name="pencil" />
          {t('drafts')}
        </A>
        <Suspense>
          <Favourites />
          <Show when={workspace.people().length > 1 || workspace.directs().length > 0}>
            <DirectList />
          </Show>
        </Suspense>
        <For each={workspace.spaces()}>{(space) => <SpaceGroup space={space} />}</For>
        <Show when={hasLoose()}>
          <Suspense>
            <SharedWithMe />
          </Suspense>
        </Show>
        <Show when={workspace.can('editor')}>
          <button
            type="button"
            class="nav-row new-space"
            onClick={() => {
              shell.setDrawer(false)
              shell.open({ kind: 'newSpace' })
            }}
          >
            <Icon name="plus" />
            {t('newSpace')}
          </button>
        </Show>
      </nav>
      <Foot />
    </aside>
  )
}

const isApple = /Mac|iPhone|iPad/.test(navigator.platform)

function WorkspaceMenu() {
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const shell = useShell()
  return (
    <Menu
      label={t('workspace')}
      triggerClass="nav-row"
      trigger={
        <>
          <img src="/icon.svg" width="24" height="24" alt="" />
          <span class="visually-hidden">{t('workspace')}</span>
          <strong class="grow ellipsis" title={workspace.name()}>
            {workspace.name()}
          </strong>
          <Icon name="chevron" />
        </>
      }
      items={[
        ...(workspace.all() ?? []).map((row) => ({
          label: row.name,
          checked: row.id === workspace.id(),
          onSelect: () => {
            workspace.enter(row.id)
            navigate(paths.home())
            shell.setDrawer(false)
          },
        })),
        ...(workspace.can('admin') ? [{ label: t('admin'), icon: 'people' as const, href: paths.admin() }] : []),
        { label: t('newWorkspace'), icon: 'plus', href: `${paths.setup()}?new` },
        { label: t('settings'), icon: 'gear', href: paths.settings() },
      ]}
    />
  )
}

function SpaceGroup(props: { space: SpaceRow }) {
  const memory = () => `atrium.space.${props.space.id}`
  const [open, setOpen] = createSignal(remembered(memory()) !== 'closed')
  const name = () => props.space.name

  function toggle() {
    setOpen(!open())
    remember(memory(), open() ? 'open' : 'closed')
  }

  return (
    <section aria-label={name()}>
      <div class="space-head">
        <button
          type="button"
          class="button icon-only disclosure"
          aria-expanded={open()}
          aria-label={t(open() ? 'collapse' : 'expand', { space: name() })}
          onClick={toggle}
        >
          <Icon name="chevron" />
        </button>
        <h2>
          <A href={paths.space(props.space.id)} title={name()}>
            <span>{name()}</span>
          </A>
          <Show when={props.space.private}>
            <Icon name="lock" />
            <span class="visually-hidden">{t('privateSpace')}</span>
          </Show>
        </h2>
        <SpaceMenu space={props.space} />
      </div>
      <Show when={open()}>
        <DocumentTree spaceId={props.space.id} />
        <RoomList spaceId={props.space.id} />
      </Show>
    </section>
  )
}

function Foot() {
  const session = useSession()
  const shell = useShell()
  const name = () => session.user()?.name ?? ''
  const state = () => t(shell.online() ? 'connected' : 'offline')
  return (
    <div class="side-foot">
      <Menu
        label={t('account')}
        triggerClass="nav-row"
        trigger={
          <>
            <Avatar
              id={session.user()?.id ?? ''}
              name={name()}
              mark={statusOf(session.user()?.id ?? '')?.do_not_disturb ? 'busy' : undefined}
            />
            <span class="visually-hidden">{t('account')}</span>
            <span class="grow ellipsis" title={name()}>
              {name()}
            </span>
            <Suspense>
              <Here />
            </Suspense>
            <span class="dot" classList={{ off: !shell.online() }} title={state()} aria-hidden="true" />
            <span class="visually-hidden">{state()}</span>
          </>
        }
        items={[
          { label: t('status'), icon: 'smile', onSelect: () => shell.open({ kind: 'status' }) },
          { label: t('settings'), icon: 'gear', href: paths.settings() },
          { label: t('keyboard'), icon: 'keyboard', onSelect: () => shell.open({ kind: 'keys' }) },
          { label: t('signOut'), icon: 'logOut', onSelect: () => void session.signOut() },
        ]}
      />
    </div>
  )
}
