import { A } from '@solidjs/router'
import { createResource, For, type JSX, Show } from 'solid-js'
import type { Result } from '../../../sql/types.gen.ts'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { plural, relativeTime, sizeOf, textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'

const t = textsOf(en)
type Use = Result<'storage_use'>[number]
type File = Result<'largest_files'>[number]

async function readUse(workspace_id: string): Promise<{ use: Use[]; largest: File[] }> {
  const [use, largest] = await Promise.all([rpc<Use[]>('storage_use', { workspace_id }), rpc<File[]>('largest_files', { workspace_id })])
  return { use, largest }
}

/** What the files in pages take on the disk, and where. */
export function StorageUse() {
  const workspace = useWorkspace()
  const [state, { refetch }] = createResource(workspace.id, readUse)
  const found = () => (state.error ? undefined : state.latest)
  const of = (kind: string) => found()?.use.filter((row) => row.kind === kind) ?? []
  const total = () => of('workspace')[0] ?? { files: 0, bytes: 0 }

  return (
    <>
      <p class="muted">{t('storage.lede')}</p>
      <Show when={state.error}>
        <p class="form-error" role="alert">
          {sentenceOf(state.error)}
        </p>
        <Button look="outline" onClick={() => void refetch()}>
          {common.retry}
        </Button>
      </Show>
      <Show when={found()} fallback={state.error ? null : <Skeleton lines={6} />}>
        <Show when={total().files > 0} fallback={<EmptyState icon="image" title={t('storage.none')} text={t('storage.noneText')} />}>
          <p class="use-total">
            {plural(total().files, {
              one: t('storage.total.one', { size: sizeOf(total().bytes) }),
              other: t('storage.total.other', { size: sizeOf(total().bytes), count: total().files }),
            })}
          </p>
          <Part title={t('storage.spaces')} rows={of('space')} total={total().bytes} nameless={t('storage.hiddenSpaces')} />
          <Part title={t('storage.people')} rows={of('person')} total={total().bytes} nameless={t('storage.former')} />
          <section aria-label={t('storage.largest')}>
            <h2>{t('storage.largest')}</h2>
            <ul class="use-list">
              <For each={found()?.largest}>
                {(file) => (
                  <Line bytes={file.bytes} about={madeBy(file, workspace.nameOf(file.owner_id ?? ''))}>
                    <A class="link" href={paths.document(file.document_id)} dir="auto">
                      {t('storage.in', {
                        kind: t(file.is_image ? 'storage.picture' : 'storage.file'),
                        title: file.title || common.untitled,
                      })}
                    </A>
                  </Line>
                )}
              </For>
            </ul>
          </section>
        </Show>
      </Show>
    </>
  )
}

const madeBy = (file: File, name = common.somebody as string) => t('storage.by', { name, when: relativeTime(file.created_at) })

function Part(props: { title: string; rows: readonly Use[]; total: number; nameless: string }) {
  return (
    <section aria-label={props.title}>
      <h2>{props.title}</h2>
      <ul class="use-list">
        <For each={props.rows}>
          {(row) => (
            <Line
              bytes={row.bytes}
              share={row.bytes / props.total}
              about={plural(row.files, { one: t('storage.files.one'), other: t('storage.files.other', { count: row.files }) })}
            >
              <span dir="auto">{row.name ?? props.nameless}</span>
            </Line>
          )}
        </For>
      </ul>
    </section>
  )
}

function Line(props: { children: JSX.Element; bytes: number; about: string; share?: number }) {
  return (
    <li>
      <span>{props.children}</span>
      <strong>{sizeOf(props.bytes)}</strong>
      <small>{props.about}</small>
      <Show when={props.share !== undefined}>
        <div class="use-bar" aria-hidden="true">
          <span style={{ 'inline-size': `${Math.max((props.share ?? 0) * 100, 0.5)}%` }} />
        </div>
      </Show>
    </li>
  )
}
