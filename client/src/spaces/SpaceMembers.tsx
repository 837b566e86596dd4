import { createMemo, createResource, For, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import type { Role, SpaceMemberRow, SpaceRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { en as shellTexts } from '../shell/en.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { IconButton } from '../ui/Button.tsx'
import { Select } from '../ui/Field.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import './spaceMembers.css'

const t = textsOf(en)
const spaceRoles = ['viewer', 'commenter', 'editor', 'admin'] as const satisfies readonly Role[]
const roleOptions = spaceRoles.map((role) => ({ value: role as Role, label: common.roles[role] }))

/** Who is in a space beyond the workspace's own roles. Its admins add, change and remove. */
export function SpaceMembers(props: { space: SpaceRow; onClose(): void }) {
  const workspace = useWorkspace()
  const session = useSession()
  const mayManage = () => workspace.can('admin', props.space.id)
  const [members, { mutate, refetch }] = createResource(
    // The epoch and the workspace's list change when somebody else changes the members.
    () => [props.space.id, props.space.epoch] as const,
    ([id]) => rows<SpaceMemberRow[]>(rest.from('space_members').select('*').eq('space_id', id)).catch(() => []),
  )
  const shown = createMemo(() =>
    (members.latest ?? [])
      .filter((row) => row.user_id !== null)
      .map((row) => ({ ...row, user_id: row.user_id ?? '', name: workspace.nameOf(row.user_id ?? '') ?? common.somebody }))
      .toSorted((one, other) => one.name.localeCompare(other.name)),
  )
  const addable = createMemo(() => {
    const inside = new Set(shown().map((row) => row.user_id))
    return workspace.people().filter((person) => !inside.has(person.user_id) && !person.suspended_at)
  })

  async function change(ask: () => Promise<unknown>) {
    try {
      await ask()
    } catch (error) {
      toast(sentenceOf(error))
    }
    await refetch()
    await workspace.reloadSpaces()
  }

  const set = (user_id: string, role: Role) => {
    mutate((found) => found?.map((row) => (row.user_id === user_id ? { ...row, role } : row)))
    return change(() => rpc('set_space_member', { space_id: props.space.id, user_id, role }))
  }
  const remove = (user_id: string, name: string) => {
    const isMe = user_id === session.user()?.id
    const text = isMe ? t('members.left', { name: props.space.name }) : t('members.removed', { name })
    return change(async () => {
      await rpc('remove_space_member', { space_id: props.space.id, user_id })
      toast(text)
    })
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
            ...addable().map((person) => ({ value: person.user_id, label: person.name })),
          ]}
          onChange={(person) => person && void set(person, 'editor')}
        />
      </Show>
      <ul>
        <For each={shown()}>
          {(member) => (
            <li class="space-member">
              <Avatar id={member.user_id} name={member.name} />
              <span class="ellipsis" title={member.name}>
                {member.name}
              </span>
              <Show when={mayManage()} fallback={<span class="muted">{common.roles[member.role]}</span>}>
                <Select
                  label={t('members.role', { name: member.name })}
                  hideLabel
                  quiet
                  value={member.role}
                  options={roleOptions}
                  onChange={(role) => void set(member.user_id, role)}
                />
              </Show>
              <Show when={mayManage() || member.user_id === session.user()?.id}>
                <IconButton
                  icon="close"
                  label={t('members.remove', { name: member.name })}
                  onClick={() => void remove(member.user_id, member.name)}
                />
              </Show>
            </li>
          )}
        </For>
      </ul>
    </div>
  )
}
