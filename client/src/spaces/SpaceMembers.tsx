import { createMemo, createResource, createSignal, For, Show } from 'solid-js'
import { type Asked, Asking } from '../access/ApplyDialog.tsx'
import { en as accessTexts } from '../access/en.ts'
import { en as common } from '../en.ts'
import { textsOf } from '../i18n.ts'
import type { Role, SpaceMemberRow, SpaceRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { en as shellTexts } from '../shell/en.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { IconButton } from '../ui/Button.tsx'
import { Select } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import './spaceMembers.css'

const t = textsOf(en)
const applyTexts = textsOf(accessTexts.apply)
const spaceRoles = ['viewer', 'commenter', 'editor', 'admin'] as const satisfies readonly Role[]
const roleOptions = spaceRoles.map((role) => ({ value: role as Role, label: common.roles[role] }))

/** A person or a group in a space. */
interface Entry {
  kind: 'member' | 'group'
  id: string
  name: string
  role: Role
}

interface Group {
  id: string
  name: string
}

/** Who is in a space beyond the workspace's own roles. Its admins add, change and remove; each change says first who is concerned. */
export function SpaceMembers(props: { space: SpaceRow; onClose(): void }) {
  const workspace = useWorkspace()
  const session = useSession()
  const [asked, setAsked] = createSignal<Asked>()
  const mayManage = () => workspace.can('admin', props.space.id)
  const [members, { refetch }] = createResource(
    // The epoch and the workspace's list change when somebody else changes the members.
    () => [props.space.id, props.space.epoch] as const,
    ([id]) => rows<SpaceMemberRow[]>(rest.from('space_members').select('*').eq('space_id', id)).catch(() => []),
  )
  const [groups] = createResource(
    () => props.space.workspace_id,
    // Guests see no groups.
    (id) => rows<Group[]>(rest.from('groups').select('id,name').eq('workspace_id', id).order('name')).catch(() => []),
  )
  const groupName = (id: string) => groups.latest?.find((group) => group.id === id)?.name
  const shown = createMemo(() =>
    (members.latest ?? []).map(toEntry).toSorted((one, other) => one.kind.localeCompare(other.kind) || one.name.localeCompare(other.name)),
  )
  const addable = createMemo((): Entry[] => {
    const inside = new Set(shown().map((entry) => entry.id))
    const people = workspace.people().filter((person) => !inside.has(person.user_id) && !person.suspended_at)
    const teams = (groups.latest ?? []).filter((group) => !inside.has(group.id))
    return [
      ...people.map((person) => ({ kind: 'member' as const, id: person.user_id, name: person.name, role: 'editor' as const })),
      ...teams.map((group) => ({ kind: 'group' as const, ...group, role: 'editor' as const })),
    ]
  })

  function toEntry({ user_id, group_id, role }: SpaceMemberRow): Entry {
    if (group_id) return { kind: 'group', id: group_id, name: groupName(group_id) ?? t('members.group'), role }
    return { kind: 'member', id: user_id ?? '', name: workspace.nameOf(user_id ?? '') ?? common.somebody, role }
  }

  function ask(words: 'spaceAdd' | 'spaceRole' | 'spaceRemove', entry: Entry, role: Role | undefined) {
    const change = `${role ? 'set' : 'remove'}_space_${entry.kind}`
    const whose = entry.kind === 'group' ? { group_id: entry.id } : { user_id: entry.id }
    const args = { space_id: props.space.id, ...whose, ...(role && { role }) }
    const names = { name: entry.name, space: props.space.name }
    const isMe = entry.id === session.user()?.id
    const onApply = async () => {
      await rpc(change, args)
      if (!role) toast(isMe ? t('members.left', { name: names.space }) : t('members.removed', { name: entry.name }))
      await refetch()
      await workspace.reloadSpaces()
    }
    setAsked({ title: applyTexts(`${words}.title`, names), action: applyTexts(`${words}.action`), change, args, onApply })
  }

  return (
    <div class="space-members">
      <header class="panel-head">
        <h2 class="grow">{t('members.title', { name: props.space.name })}</h2>
        <IconButton icon="close" label={shellTexts.closePanel} onClick={() => props.onClose()} />
      </header>
      <p class="muted">{t(props.space.private ? 'members.private' : 'members.open')}</p>
      <Show when={mayManage() && addable().length > 0}>
        <Select
          label={t('members.add')}
          value=""
          options={[
            { value: '', label: t('members.choose') },
            ...addable().map(({ kind, id, name }) => ({ value: id, label: kind === 'group' ? t('members.groupNamed', { name }) : name })),
          ]}
          onChange={(id) => {
            const entry = addable().find((candidate) => candidate.id === id)
            if (entry) ask('spaceAdd', entry, entry.role)
          }}
        />
      </Show>
      <ul>
        <For each={shown()}>
          {(entry) => (
            <li class="space-member">
              <Show when={entry.kind === 'member'} fallback={<Icon name="people" />}>
                <Avatar id={entry.id} name={entry.name} />
              </Show>
              <span class="ellipsis" title={entry.name}>
                {entry.kind === 'group' ? t('members.groupNamed', { name: entry.name }) : entry.name}
              </span>
              <Show when={mayManage()} fallback={<span class="muted">{common.roles[entry.role]}</span>}>
                <Select
                  label={t('members.role', { name: entry.name })}
                  hideLabel
                  quiet
                  value={entry.role}
                  options={roleOptions}
                  onChange={(role) => role !== entry.role && ask('spaceRole', entry, role)}
                />
              </Show>
              <Show when={mayManage() || entry.id === session.user()?.id}>
                <IconButton
                  icon="close"
                  label={t('members.remove', { name: entry.name })}
                  onClick={() => ask('spaceRemove', entry, undefined)}
                />
              </Show>
            </li>
          )}
        </For>
      </ul>
      <Asking asked={asked()} onClose={() => setAsked(undefined)} />
    </div>
  )
}
