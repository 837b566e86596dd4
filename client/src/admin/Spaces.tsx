import { A } from '@solidjs/router'
import { createResource, createSignal, For, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { plural, relativeTime, textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import type { SpaceRow } from '../rows.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'

const t = textsOf(en)

type Space = SpaceRow & { space_members: { role: string }[] }

function readSpaces(workspace: string): Promise<Space[]> {
  return rows(rest.from('spaces').select('*,space_members(role)').eq('workspace_id', workspace).order('name'))
}

/** The spaces that this admin may see, those in the archive too, which are brought back here. */
export function Spaces() {
  const workspace = useWorkspace()
  const [spaces, { refetch }] = createResource(workspace.id, readSpaces)
  const [busy, setBusy] = createSignal<string>()
  const found = () => (spaces.error ? undefined : spaces.latest)

  async function restore(space: Space) {
    setBusy(space.id)
    try {
      await rpc('archive_space', { space_id: space.id, archived: false })
      toast(t('spaces.restored', { name: space.name }))
      await Promise.all([refetch(), workspace.reloadLists()])
    } catch (error) {
      toast(sentenceOf(error))
    }
    setBusy(undefined)
  }

  const people = (space: Space) => {
    const count = space.space_members.length
    if (!space.private) return t('spaces.open')
    return plural(count, { one: t('spaces.private.one'), other: t('spaces.private.other', { count }) })
  }

  return (
    <>
      <p class="muted">{t('spaces.lede')}</p>
      <Show when={spaces.error}>
        <p class="form-error" role="alert">
          {sentenceOf(spaces.error)}
        </p>
        <Button look="outline" onClick={() => void refetch()}>
          {common.retry}
        </Button>
      </Show>
      <Show when={found()} fallback={spaces.error ? null : <Skeleton lines={4} />}>
        {(list) => (
          <ul class="space-list" aria-label={t('tabs.spaces')}>
            <For each={list()}>
              {(space) => (
                <li>
                  <Icon name={space.archived_at ? 'archive' : space.private ? 'lock' : 'space'} />
                  <span class="space-words">
                    <Show when={!space.archived_at} fallback={<strong dir="auto">{space.name}</strong>}>
                      <A class="link" href={paths.space(space.id)} dir="auto">
                        {space.name}
                      </A>
                    </Show>
                    <small class="muted">
                      {people(space)}
                      <Show when={space.archived_at}>{(at) => ` · ${t('spaces.archived', { when: relativeTime(at()) })}`}</Show>
                    </small>
                  </span>
                  <Show when={space.archived_at}>
                    <Button look="outline" icon="undo" busy={busy() === space.id} onClick={() => void restore(space)}>
                      {t('spaces.restore')}
                      <span class="visually-hidden"> {space.name}</span>
                    </Button>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        )}
      </Show>
    </>
  )
}
