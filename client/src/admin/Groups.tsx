import { createMemo, createResource, createSignal, For, Show } from 'solid-js'
import { type Asked, Asking } from '../access/ApplyDialog.tsx'
import { en as accessTexts } from '../access/en.ts'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { plural, textsOf } from '../i18n.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Button, IconButton } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Select } from '../ui/Field.tsx'
import { NameDialog } from '../ui/NameDialog.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'

const t = textsOf(en)
const applyTexts = textsOf(accessTexts.apply)

interface Group {
  id: string
  name: string
  group_members: { user_id: string }[]
}

function readGroups(workspace: string): Promise<Group[]> {
  return rows(rest.from('groups').select('id,name,group_members(user_id)').eq('workspace_id', workspace).order('name'))
}

/** Groups and who is in them. */
export function Groups() {
  const workspace = useWorkspace()
  const [groups, { refetch }] = createResource(workspace.id, readGroups)
  const [creating, setCreating] = createSignal(false)
  const [asked, setAsked] = createSignal<Asked>()
  const found = () => (groups.error ? undefined : groups.latest)

  async function create(name: string) {
    await rpc('create_group', { id: crypto.randomUUID(), workspace_id: workspace.id(), name })
    toast(t('groups.created', { name }))
    await refetch()
  }

  function askMember(change: 'add_group_member' | 'remove_group_member', group: Group, user_id: string) {
    const words = change === 'add_group_member' ? 'groupAdd' : 'groupRemove'
    const args = { group_id: group.id, user_id }
    const names = { name: workspace.nameOf(user_id) ?? common.somebody, group: group.name }
    const onApply = async () => {
      await rpc(change, args)
      await refetch()
    }
    setAsked({ title: applyTexts(`${words}.title`, names), action: applyTexts(`${words}.action`), change, args, onApply })
  }

  const askDelete = ({ id, name }: Group) =>
    setAsked({
      title: t('groups.deleteTitle', { name }),
      text: t('groups.deleteText'),
      action: t('groups.deleteAction'),
      change: 'delete_group',
      args: { group_id: id },
      onApply: async () => {
        await rpc('delete_group', { group_id: id })
        toast(t('groups.deleted', { name }))
        await refetch()
      },
    })

  return (
    <>
      <div class="admin-head">
        <p class="muted grow">{t('groups.lede')}</p>
        <Button look="primary" icon="plus" onClick={() => setCreating(true)}>
          {t('groups.new')}
        </Button>
      </div>
      <Show when={groups.error}>
        <p class="form-error" role="alert">
          {sentenceOf(groups.error)}
        </p>
        <Button look="outline" onClick={() => void refetch()}>
          {common.retry}
        </Button>
      </Show>
      <Show when={found()} fallback={groups.error ? null : <Skeleton lines={4} />}>
        {(list) => (
          <Show when={list().length > 0} fallback={<EmptyState icon="people" title={t('groups.none')} text={t('groups.noneText')} />}>
            <ul class="groups" aria-label={t('groups.list')}>
              <For each={list()}>
                {(group) => (
                  <GroupItem
                    group={group}
                    onAdd={(person) => askMember('add_group_member', group, person)}
                    onRemove={(person) => askMember('remove_group_member', group, person)}
                    onDelete={() => askDelete(group)}
                  />
                )}
              </For>
            </ul>
          </Show>
        )}
      </Show>
      <Show when={creating()}>
        <NameDialog
          title={t('groups.new')}
          label={t('groups.name')}
          name=""
          missing={t('groups.nameMissing')}
          save={t('groups.create')}
          cancel={common.cancel}
          sentenceOf={sentenceOf}
          onSave={create}
          onClose={() => setCreating(false)}
        />
      </Show>
      <Asking asked={asked()} onClose={() => setAsked(undefined)} />
    </>
  )
}

interface GroupProps {
  group: Group
  onAdd(person: string): void
  onRemove(person: string): void
  onDelete(): void
}

function GroupItem(props: GroupProps) {
  const workspace = useWorkspace()
  const inside = createMemo(() =>
    props.group.group_members
      .map(({ user_id }) => ({ user_id, name: workspace.nameOf(user_id) ?? common.somebody }))
      .toSorted((one, other) => one.name.localeCompare(other.name)),
  )
  const addable = createMemo(() => {
    const ids = new Set(inside().map((person) => person.user_id))
    return workspace.people().filter((person) => !ids.has(person.user_id) && !person.suspended_at)
  })
  const count = () => inside().length

  return (
    <li class="group">
      <div class="admin-head">
        <h2 class="grow">{props.group.name}</h2>
        <span class="muted">{plural(count(), { one: t('groups.one'), other: t('groups.many', { count: count() }) })}</span>
        <IconButton icon="trash" label={t('groups.delete', { name: props.group.name })} onClick={() => props.onDelete()} />
      </div>
      <ul class="group-people">
        <For each={inside()}>
          {(person) => (
            <li>
              <Avatar id={person.user_id} name={person.name} />
              <span class="ellipsis" title={person.name}>
                {person.name}
              </span>
              <IconButton
                icon="close"
                label={t('groups.remove', { person: person.name, name: props.group.name })}
                onClick={() => props.onRemove(person.user_id)}
              />
            </li>
          )}
        </For>
      </ul>
      <Show when={addable().length > 0}>
        <Select
          label={t('groups.add', { name: props.group.name })}
          value=""
          options={[
            { value: '', label: t('groups.choose') },
            ...addable().map((person) => ({ value: person.user_id, label: person.name })),
          ]}
          onChange={(person) => person && props.onAdd(person)}
        />
      </Show>
    </li>
  )
}
