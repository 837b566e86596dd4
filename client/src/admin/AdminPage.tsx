import { A, useParams } from '@solidjs/router'
import { For, Match, Show, Switch } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { NotFound } from '../shell/NotFound.tsx'
import { Page } from '../shell/Page.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { AuditLog } from './AuditLog.tsx'
import { en } from './en.ts'
import { Groups } from './Groups.tsx'
import { Policy } from './Policy.tsx'
import { Roles } from './Roles.tsx'
import './admin.css'

const t = textsOf(en)
const tabs = ['audit', 'groups', 'roles', 'policy'] as const
type Tab = (typeof tabs)[number]

/** `/admin/:tab`: what admins see and change of the workspace as a whole. */
export default function AdminPage() {
  const params = useParams<{ tab?: string }>()
  const workspace = useWorkspace()
  const tab = (): Tab | undefined => (params.tab ? tabs.find((known) => known === params.tab) : 'audit')

  return (
    <Show when={tab()} fallback={<NotFound />}>
      {(shown) => (
        <Page title={`${t('title')}: ${t(`tabs.${shown()}`)}`}>
          <div class="page">
            <Show
              when={workspace.can('admin')}
              fallback={<EmptyState icon="lock" title={t('forbiddenTitle')} text={t('forbiddenText', { workspace: workspace.name() })} />}
            >
              <nav class="admin-tabs" aria-label={t('sections')}>
                <A href={paths.people()}>{t('tabs.people')}</A>
                <For each={tabs}>
                  {(known) => (
                    <A href={paths.admin(known)} aria-current={known === shown() ? 'page' : undefined}>
                      {t(`tabs.${known}`)}
                    </A>
                  )}
                </For>
              </nav>
              {/* Everything is read anew for another workspace. */}
              <Show when={workspace.id()} keyed>
                <Switch>
                  <Match when={shown() === 'audit'}>
                    <AuditLog />
                  </Match>
                  <Match when={shown() === 'groups'}>
                    <Groups />
                  </Match>
                  <Match when={shown() === 'roles'}>
                    <Roles />
                  </Match>
                  <Match when={shown() === 'policy'}>
                    <Policy />
                  </Match>
                </Switch>
              </Show>
            </Show>
          </div>
        </Page>
      )}
    </Show>
  )
}
