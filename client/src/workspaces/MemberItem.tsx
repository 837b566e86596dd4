import { useNavigate } from '@solidjs/router'
import { createMemo, createSignal, Show } from 'solid-js'
import { ApplyDialog } from '../access/ApplyDialog.tsx'
import { en as accessTexts } from '../access/en.ts'
import { en as common } from '../en.ts'
import { longDate, textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { PersonState } from '../people/PersonState.tsx'
import { presenceOf } from '../people/presence.ts'
import { attempt } from '../rooms/attempt.ts'
import { useRooms } from '../rooms/rooms.ts'
import { isAtLeast, type MemberRow, type Role, roles } from '../rows.ts'
import { useSession } from '../session.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Select } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Menu, type MenuItem } from '../ui/Menu.tsx'
import { toast } from '../ui/Toast.tsx'
import { ExpiryDialog } from './ExpiryDialog.tsx'
import { en } from './en.ts'
import type { Members } from './members.ts'
import { useWorkspace } from './workspaces.ts'

const t = textsOf(en)
const applyTexts = textsOf(accessTexts.apply)

/** One person of the workspace; an admin changes him in place. */
export function MemberItem(props: { member: MemberRow; members: Members }) {
  const workspace = useWorkspace()
  const session = useSession()
  const rooms = useRooms()
  const navigate = useNavigate()
  const [removing, setRemoving] = createSignal(false)
  const [lowering, setLowering] = createSignal<Role>()
  const [suspending, setSuspending] = createSignal(false)
  const [ending, setEnding] = createSignal(false)
  const name = () => props.member.name
  const isMe = () => props.member.user_id === session.user()?.id
  const mayChange = () => workspace.can('admin') && workspace.can(props.member.role)

  /** A higher role takes nothing from anybody and can be undone; before a lower one it is shown what is lost. */
  function choose(role: Role) {
    if (isAtLeast(role, props.member.role)) void props.members.setRole({ ...props.member }, role)
    else setLowering(role)
  }

  const write = () =>
    attempt(t('people.message', { name: name() }), async () => navigate(paths.room(await rooms.openDirect([props.member.user_id]))))

  const items = (): MenuItem[] => {
    if (isMe()) return [{ label: t('people.leave'), icon: 'logOut', danger: true, onSelect: () => setRemoving(true) }]
    const isSuspended = props.member.suspended_at !== null
    const message: MenuItem = { label: t('people.message', { name: name() }), icon: 'chat', onSelect: () => void write() }
    if (!mayChange()) return isSuspended ? [] : [message]
    return [
      ...(isSuspended ? [] : [message]),
      isSuspended
        ? { label: t('people.reactivate'), icon: 'check', onSelect: () => void props.members.reactivate(props.member) }
        : { label: t('people.suspend'), icon: 'lock', onSelect: () => setSuspending(true) },
      { label: t('expiry.item'), icon: 'history', onSelect: () => setEnding(true) },
      { label: t('people.remove'), icon: 'trash', danger: true, onSelect: () => setRemoving(true) },
    ]
  }

  return (
    <li class="person" classList={{ suspended: props.member.suspended_at !== null }}>
      <Avatar id={props.member.user_id} name={name()} mark={presenceOf(props.member.user_id)} />
      <div class="person-text">
        <div class="ellipsis" title={name()}>
          <strong>{name()}</strong>{' '}
          <Show when={isMe()}>
            <span class="muted">({t('people.you')}) </span>
          </Show>
          <PersonState id={props.member.user_id} withText />
        </div>
        <div class="ellipsis muted" title={props.member.email ?? undefined}>
          {props.member.email ?? t('people.joined', { date: longDate(props.member.joined_at) })}
        </div>
      </div>
      <Show when={props.member.suspended_at}>
        <span class="chip">{t('people.suspended')}</span>
      </Show>
      <Show when={props.member.expires_at}>{(at) => <span class="chip">{t('expiry.until', { date: longDate(at()) })}</span>}</Show>
      <Show when={mayChange()} fallback={<span class="person-role muted">{common.roles[props.member.role]}</span>}>
        <div class="person-role">
          <Select
            label={t('people.role', { name: name() })}
            hideLabel
            quiet
            value={props.member.role}
            options={roles.map((role) => ({ value: role, label: common.roles[role], disabled: !isAtLeast(workspace.role(), role) }))}
            onChange={choose}
          />
        </div>
      </Show>
      <Show when={items().length > 0} fallback={<span class="person-more" />}>
        <Menu
          label={t('people.more', { name: name() })}
          iconOnly
          triggerClass="button icon-only person-more"
          trigger={<Icon name="more" />}
          items={items()}
        />
      </Show>
      <Show when={lowering()}>
        {(role) => (
          <ApplyDialog
            title={applyTexts('role.title', { name: name() })}
            action={applyTexts('role.action')}
            change="set_member_role"
            args={{ workspace_id: workspace.id(), user_id: props.member.user_id, role: role() }}
            onApply={() => props.members.setRole({ ...props.member }, role())}
            onClose={() => setLowering(undefined)}
          />
        )}
      </Show>
      <Show when={suspending()}>
        <ApplyDialog
          title={applyTexts('suspend.title', { name: name() })}
          text={applyTexts('suspend.text', { name: name() })}
          action={applyTexts('suspend.action')}
          change="suspend_member"
          args={{ workspace_id: workspace.id(), user_id: props.member.user_id }}
          onApply={() => props.members.suspend({ ...props.member })}
          onClose={() => setSuspending(false)}
        />
      </Show>
      <Show when={ending()}>
        <ExpiryDialog member={props.member} members={props.members} onClose={() => setEnding(false)} />
      </Show>
      <Show when={removing()}>
        <RemoveDialog member={props.member} isMe={isMe()} members={props.members} onClose={() => setRemoving(false)} />
      </Show>
    </li>
  )
}

function RemoveDialog(props: { member: MemberRow; isMe: boolean; members: Members; onClose(): void }) {
  const workspace = useWorkspace()
  const [heir, setHeir] = createSignal('')
  const names = () => ({ name: props.member.name, workspace: workspace.name() })
  const args = createMemo(() => ({
    workspace_id: workspace.id(),
    user_id: props.member.user_id,
    hand_over_to: heir() || null,
  }))
  // A guest is told of the others by name alone.
  const heirs = createMemo(() =>
    workspace.people().filter((person) => person.user_id !== props.member.user_id && person.role !== 'guest' && !person.suspended_at),
  )

  async function remove() {
    const { name } = props.member
    await props.members.remove(props.member, heir() || null)
    // Who has left may not ask for the people any more, and is told by what is gone.
    if (props.isMe) return workspace.reload()
    toast(t('people.removed', { name }))
    await workspace.reloadPeople()
  }

  return (
    <ApplyDialog
      title={t(props.isMe ? 'people.leaveTitle' : 'people.removeTitle', names())}
      text={t(props.isMe ? 'people.leaveText' : 'people.removeText', names())}
      action={t(props.isMe ? 'people.leave' : 'people.remove')}
      change="remove_member"
      args={args()}
      onApply={remove}
      onClose={() => props.onClose()}
    >
      <Show when={heirs().length > 0}>
        <Select
          label={props.isMe ? accessTexts.apply.heirMine : applyTexts('heir', names())}
          value={heir()}
          options={[
            { value: '', label: accessTexts.apply.nobody },
            ...heirs().map((person) => ({ value: person.user_id, label: person.name })),
          ]}
          onChange={setHeir}
        />
      </Show>
    </ApplyDialog>
  )
}
