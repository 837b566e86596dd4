import { A, useNavigate, useParams, useSearchParams } from '@solidjs/router'
import { createEffect, createMemo, createResource, createSignal, For, lazy, Match, on, Show, Suspense, Switch } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { inDays, relativeTime, textsOf } from '../i18n.ts'
import { idOf, paths } from '../paths.ts'
import type { DocumentRow } from '../rows.ts'
import { Page } from '../shell/Page.tsx'
import { Button, IconButton } from '../ui/Button.tsx'
import { ConfirmDialog } from '../ui/Dialog.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt, titleOf } from './actions.ts'
import { type TrashedDocument, useDocuments } from './documents.ts'
import { en } from './en.ts'
import { TemplateDialog } from './TemplateDialog.tsx'
import './documentsPage.css'

const ImportDialog = lazy(() => import('./transfer/ImportDialog.tsx'))

const t = textsOf(en)
const recentRows = 60
const dayMs = 86_400_000

/** `/docs` and `/s/:space/docs`: what was changed last, and the trash. */
export default function DocumentsPage() {
  const params = useParams()
  const [search] = useSearchParams<{ view?: string }>()
  const workspace = useWorkspace()
  const documents = useDocuments()
  const navigate = useNavigate()
  const spaceId = () => idOf(params.space)
  const space = () => workspace.space(spaceId() ?? '')
  const isTrash = () => search.view === 'trash'
  /** Where a new page goes: this space, or else the first one in which the person may write. */
  const home = () => (spaceId() ? [space()] : workspace.spaces()).find((candidate) => candidate && workspace.can('editor', candidate.id))
  const title = () => (space() ? t('list.inSpace', { space: space()?.name ?? '' }) : en.list.title)
  const address = (view: string) => `${spaceId() ? `${paths.space(spaceId() ?? '')}/docs` : paths.documents()}${view}`

  const [choosing, setChoosing] = createSignal(false)
  const [importing, setImporting] = createSignal(false)
  const create = (spaceId: string) => {
    const { id, stored } = documents.create(spaceId, null)
    void attempt(en.newPage, () => stored)
    navigate(paths.document(id))
  }

  return (
    <Page
      title={title()}
      actions={
        <Show when={home()}>
          {(target) => (
            <>
              <Button look="outline" icon="arrowUp" onClick={() => setImporting(true)}>
                {en.list.import}
              </Button>
              <Button look="outline" icon="template" onClick={() => setChoosing(true)}>
                {en.list.fromTemplate}
              </Button>
              <Button look="primary" icon="plus" onClick={() => create(target().id)}>
                {en.newPage}
              </Button>
            </>
          )}
        </Show>
      }
    >
      <div class="page">
        <nav class="view-switch" aria-label={en.list.views}>
          {/* The router's own link looks at the path alone, which both share. */}
          <a href={address('')} aria-current={isTrash() ? undefined : 'page'}>
            {en.list.recent}
          </a>
          <a href={address('?view=trash')} aria-current={isTrash() ? 'page' : undefined}>
            {en.list.trash}
          </a>
        </nav>
        <Show
          when={isTrash()}
          fallback={<Recent spaceId={spaceId()} canWrite={home() !== undefined} onCreate={() => create(home()?.id ?? '')} />}
        >
          <Trash spaceId={spaceId()} />
        </Show>
        <Show when={importing() && home()}>
          {(target) => (
            <Suspense>
              <ImportDialog spaceId={target().id} onClose={() => setImporting(false)} />
            </Suspense>
          )}
        </Show>
        <Show when={choosing() && home()}>
          {(target) => (
            <TemplateDialog spaceId={target().id} onMade={(id) => navigate(paths.document(id))} onClose={() => setChoosing(false)} />
          )}
        </Show>
      </div>
    </Page>
  )
}

function Recent(props: { spaceId: string | undefined; canWrite: boolean; onCreate(): void }) {
  const workspace = useWorkspace()
  const [all, setAll] = createSignal(false)
  const sorted = createMemo(() =>
    workspace
      .documents()
      .filter((document) => !props.spaceId || document.space_id === props.spaceId)
      .sort((left, right) => (left.updated_at < right.updated_at ? 1 : -1)),
  )
  const shown = () => (all() ? sorted() : sorted().slice(0, recentRows))
  return (
    <Switch fallback={<Skeleton lines={6} />}>
      <Match when={sorted().length > 0}>
        <ul class="document-list">
          <For each={shown()}>
            {(document) => <DocumentLine document={document} time={t('list.edited', { when: relativeTime(document.updated_at) })} />}
          </For>
        </ul>
        <Show when={sorted().length > shown().length}>
          <Button look="outline" onClick={() => setAll(true)}>
            {t('list.showAll', { count: sorted().length })}
          </Button>
        </Show>
      </Match>
      <Match when={workspace.loaded()}>
        <EmptyState icon="document" title={en.list.empty} text={props.canWrite ? en.list.emptyText : en.list.emptyReader}>
          <Show when={props.canWrite}>
            <Button look="primary" icon="plus" onClick={() => props.onCreate()}>
              {en.newPage}
            </Button>
          </Show>
        </EmptyState>
      </Match>
    </Switch>
  )
}

function DocumentLine(props: { document: DocumentRow; time: string }) {
  const workspace = useWorkspace()
  return (
    <li>
      <A class="document-line" href={paths.document(props.document.id)}>
        <Show when={props.document.icon} fallback={<Icon name="document" />}>
          <span class="tree-icon">{props.document.icon}</span>
        </Show>
        <span class="document-line-text">
          <strong dir="auto">{titleOf(props.document)}</strong>
          <small>{[workspace.space(props.document.space_id)?.name, props.time].filter(Boolean).join(' · ')}</small>
        </span>
      </A>
    </li>
  )
}

function Trash(props: { spaceId: string | undefined }) {
  const documents = useDocuments()
  const workspace = useWorkspace()
  const [found, setFound] = createSignal<TrashedDocument[]>()
  const [problem, setProblem] = createSignal<unknown>()
  const [deleting, setDeleting] = createSignal<TrashedDocument>()
  const [busy, setBusy] = createSignal(false)
  // Without an answer the list is as good.
  const [days] = createResource(workspace.id, () => documents.trashDays().catch(() => null))

  /** "Put into the trash yesterday, deleted for ever in 29 days" */
  const fate = (document: TrashedDocument) => {
    const when = t('list.deleted', { when: relativeTime(document.trashed_at) })
    const kept = days()
    if (!kept) return when
    if (document.locked_at) return t('list.stays', { when })
    const end = new Date(document.trashed_at).getTime() + kept * dayMs
    return t('list.daysLeft', { when, days: inDays(Math.max(0, Math.ceil((end - Date.now()) / dayMs))) })
  }

  const load = async () => {
    setProblem(undefined)
    try {
      setFound(await documents.readTrash(props.spaceId))
    } catch (error) {
      setProblem(error)
    }
  }
  // What enters or leaves the trash changes the list of documents too.
  createEffect(on([() => props.spaceId, () => workspace.documents().length], () => void load()))

  const restore = async (document: TrashedDocument) => {
    const before = found()
    setFound(before?.filter((row) => row.id !== document.id))
    if (await attempt(en.restore, () => documents.restore(document.id))) toast(t('restored', { title: titleOf(document) }))
    else setFound(before)
  }
  const deleteForEver = async () => {
    const document = deleting()
    if (!document) return
    setBusy(true)
    const done = await attempt(en.list.deleteForEver, () => documents.deleteForEver(document.id))
    setBusy(false)
    setDeleting(undefined)
    if (done) setFound(found()?.filter((row) => row.id !== document.id))
  }
  return (
    <Switch fallback={<Skeleton lines={6} />}>
      <Match when={problem()}>
        <EmptyState icon="alert" title={en.list.failed} text={sentenceOf(problem())}>
          <Button look="primary" onClick={() => void load()}>
            {common.retry}
          </Button>
        </EmptyState>
      </Match>
      <Match when={found()?.length === 0}>
        <EmptyState icon="trash" title={en.list.emptyTrash} text={en.list.emptyTrashText} />
      </Match>
      <Match when={found()}>
        {(rows) => (
          <>
            <ul class="document-list">
              <For each={rows()}>
                {(document) => (
                  <li class="document-line">
                    <Icon name="trash" />
                    <span class="document-line-text">
                      <A href={paths.document(document.id)} dir="auto">
                        <strong>{titleOf(document)}</strong>
                      </A>
                      <small>{fate(document)}</small>
                    </span>
                    <Show when={documents.mayEdit(document)}>
                      <Button look="outline" icon="undo" onClick={() => void restore(document)}>
                        {en.restore}
                        <span class="visually-hidden"> {titleOf(document)}</span>
                      </Button>
                      <IconButton
                        icon="trash"
                        label={t('list.deleteTitle', { title: titleOf(document) })}
                        onClick={() => setDeleting(document)}
                      />
                    </Show>
                  </li>
                )}
              </For>
            </ul>
            <Show when={deleting()}>
              {(document) => (
                <ConfirmDialog
                  title={t('list.deleteTitle', { title: titleOf(document()) })}
                  action={en.list.deleteForEver}
                  cancel={common.cancel}
                  busy={busy()}
                  onConfirm={() => void deleteForEver()}
                  onClose={() => setDeleting(undefined)}
                >
                  <p>{en.list.deleteText}</p>
                </ConfirmDialog>
              )}
            </Show>
          </>
        )}
      </Match>
    </Switch>
  )
}
