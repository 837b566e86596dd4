import { A, useParams } from '@solidjs/router'
import { createEffect, For, lazy, Match, on, Show, Suspense, Switch } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { NotFound } from '../shell/NotFound.tsx'
import { Page } from '../shell/Page.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { AuditLog } from './AuditLog.tsx'
import { en } from './en.ts'
import { Groups } from './Groups.tsx'
import { Policy } from './Policy.tsx'
import { Roles } from './Roles.tsx'
import './admin.css'

const t = textsOf(en)
const Members = lazy(() => import('../workspaces/Members.tsx').then((module) => ({ default: module.Members })))
const InviteButton = lazy(() => import('../workspaces/Members.tsx').then((module) => ({ default: module.InviteButton })))
const ViewAs = lazy(() => import('./ViewAs.tsx').then((module) => ({ default: module.ViewAs })))
const Bots = lazy(() => import('./Bots.tsx').then((module) => ({ default: module.Bots })))
const ChatRules = lazy(() => import('../rooms/ChatRules.tsx'))
const Spaces = lazy(() => import('./Spaces.tsx').then((module) => ({ default: module.Spaces })))
const StorageUse = lazy(() => import('./StorageUse.tsx').then((module) => ({ default: module.StorageUse })))
const tabs = ['people', 'audit', 'groups', 'spaces', 'roles', 'access', 'policy', 'messages', 'bots', 'storage'] as const
type Tab = (typeof tabs)[number]

/** `/admin/:tab`: what admins see and change of the workspace as a whole. */
export default function AdminPage() {
  const params = useParams<{ tab?: string }>()
  const workspace = useWorkspace()
  const tab = (): Tab | undefined => (params.tab ? tabs.find((known) => known === params.tab) : tabs[0])

  return (
    <Show when={tab()} fallback={<NotFound />}>
      {(shown) => (
        <Page
          title={`${t('title')}: ${t(`tabs.${shown()}`)}`}
          actions={
            <Show when={shown() === 'people'}>
              <Suspense>
                <InviteButton />
              </Suspense>
            </Show>
          }
        >
          <div class="page">
            <Show
              when={workspace.can('admin')}
              fallback={<EmptyState icon="lock" title={t('forbiddenTitle')} text={t('forbiddenText', { workspace: workspace.name() })} />}
            >
              <Tabs shown={shown()} />
              {/* Everything is read anew for another workspace. */}
              <Show when={workspace.id()} keyed>
                {/* The tabs stay while one is fetched. */}
                <Suspense fallback={<Skeleton lines={5} />}>
                  <Switch>
                    <Match when={shown() === 'people'}>
                      <Members />
                    </Match>
                    <Match when={shown() === 'audit'}>
                      <AuditLog />
                    </Match>
                    <Match when={shown() === 'groups'}>
                      <Groups />
                    </Match>
                    <Match when={shown() === 'spaces'}>
                      <Spaces />
                    </Match>
                    <Match when={shown() === 'roles'}>
                      <Roles />
                    </Match>
                    <Match when={shown() === 'access'}>
                      <ViewAs />
                    </Match>
                    <Match when={shown() === 'storage'}>
                      <StorageUse />
                    </Match>
                    <Match when={shown() === 'messages'}>
                      <ChatRules workspaceId={workspace.id()} roomId={null} />
                    </Match>
                    <Match when={shown() === 'bots'}>
                      <Bots />
                    </Match>
                    <Match when={shown() === 'policy'}>
                      <Policy />
                    </Match>
                  </Switch>
                </Suspense>
              </Show>
            </Show>
          </div>
        </Page>
      )}
    </Show>
  )
}

/** One line on every screen: where it is too long it scrolls, with the shown one in view. */
function Tabs(props: { shown: Tab }) {
  let nav!: HTMLElement
  createEffect(
    on(
      () => props.shown,
      () => {
        const current = nav.querySelector<HTMLElement>('[aria-current="page"]')
        if (current) nav.scrollLeft += current.getBoundingClientRect().left - nav.getBoundingClientRect().left - nav.clientWidth / 3
      },
    ),
  )
  return (
    <nav class="admin-tabs" aria-label={t('sections')} ref={nav}>
      <For each={tabs}>
        {(known) => (
          <A href={paths.admin(known)} aria-current={known === props.shown ? 'page' : undefined}>
            {t(`tabs.${known}`)}
          </A>
        )}
      </For>
    </nav>
  )
}
