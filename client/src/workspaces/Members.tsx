import { useSearchParams } from '@solidjs/router'
import { createMemo, createResource, For, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import type { InvitationLinkRow, InvitationRow } from '../rows.ts'
import { rank } from '../shell/ranking.ts'
import { rest, rows } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Field } from '../ui/Field.tsx'
import { en } from './en.ts'
import { InvitationLinks } from './InvitationLinks.tsx'
import { Invitations } from './Invitations.tsx'
import { InviteDialog } from './InviteDialog.tsx'
import { MemberItem } from './MemberItem.tsx'
import { createMembers } from './members.ts'
import { useWorkspace } from './workspaces.ts'
import './people.css'

const t = textsOf(en)

/** Who is in the workspace, with which role, and who is invited. `?invite=1` opens the invitation. */
export function Members() {
  const workspace = useWorkspace()
  const members = createMembers(workspace)
  const [search, setSearch] = useSearchParams<{ q?: string; invite?: string }>()
  const inviting = () => search.invite !== undefined
  const setInviting = (open: boolean) => setSearch({ invite: open ? '1' : undefined }, { replace: true })
  const filter = () => (typeof search.q === 'string' ? search.q : '')
  const mayManage = () => workspace.can('admin')

  const [invitations, { refetch }] = createResource(
    // Somebody who joins has used his invitation.
    () => mayManage() && { id: workspace.id(), members: workspace.people().length },
    // Without the list the members are still of use.
    ({ id }) => readInvitations(id).catch(() => []),
  )
  const [links, { refetch: refetchLinks }] = createResource(
    () => mayManage() && { id: workspace.id(), members: workspace.people().length },
    ({ id }) => readLinks(id).catch(() => []),
  )
  const readAgain = () => void Promise.all([refetch(), refetchLinks()])
  const shown = createMemo(() =>
    workspace
      .people()
      .filter((member) => !filter() || rank(filter(), member.name) > 1 || rank(filter(), member.email ?? '') > 1)
      .toSorted((one, other) => one.name.localeCompare(other.name)),
  )

  return (
    <>
      <Show
        when={workspace.can('viewer')}
        fallback={<EmptyState icon="people" title={t('people.guestTitle')} text={t('people.guestText', { workspace: workspace.name() })} />}
      >
        {/* Who is alone has nobody to find. */}
        <Show when={workspace.people().length > 1}>
          <Field
            label={t('people.filter')}
            name="q"
            type="search"
            autocomplete="off"
            value={filter()}
            onInput={(event) => setSearch({ q: event.currentTarget.value || undefined }, { replace: true })}
          />
        </Show>
        <ul class="people" aria-label={t('people.members')}>
          <For each={shown()} fallback={<li class="muted">{t('people.none')}</li>}>
            {(member) => <MemberItem member={member} members={members} />}
          </For>
        </ul>
        <Show when={workspace.people().length === 1 && mayManage() && !invitations.latest?.length}>
          <EmptyState title={t('people.aloneTitle')} text={t('people.aloneText')}>
            <Button look="primary" icon="userPlus" onClick={() => setInviting(true)}>
              {t('people.invite')}
            </Button>
          </EmptyState>
        </Show>
        <Show when={invitations.latest?.length}>
          <Invitations invitations={invitations.latest ?? []} onChanged={() => void refetch()} />
        </Show>
        <Show when={links.latest?.length}>
          <InvitationLinks links={links.latest ?? []} onChanged={() => void refetchLinks()} />
        </Show>
      </Show>
      <Show when={inviting() && mayManage()}>
        <InviteDialog onClose={() => setInviting(false)} onSent={readAgain} />
      </Show>
    </>
  )
}

/** For the bar of a page that shows the members. */
export function InviteButton() {
  const workspace = useWorkspace()
  const [, setSearch] = useSearchParams<{ invite?: string }>()
  return (
    <Show when={workspace.can('admin')}>
      <Button look="primary" icon="userPlus" onClick={() => setSearch({ invite: '1' }, { replace: true })}>
        {t('people.invite')}
      </Button>
    </Show>
  )
}

function readInvitations(workspace: string): Promise<InvitationRow[]> {
  const query = rest.from('invitations').select('*').eq('workspace_id', workspace).is('accepted_at', null).is('revoked_at', null)
  return rows(query.order('created_at', { ascending: false }))
}

function readLinks(workspace: string): Promise<InvitationLinkRow[]> {
  const query = rest.from('invitation_links').select('*').eq('workspace_id', workspace).is('revoked_at', null)
  return rows(query.order('created_at', { ascending: false }))
}
