import { useNavigate, useParams } from '@solidjs/router'
import { createEffect, createMemo, createSignal, Match, on, Show, Switch } from 'solid-js'
import { relativeTime, textsOf } from '../i18n.ts'
import { idOf, paths } from '../paths.ts'
import type { DocumentRow } from '../rows.ts'
import { NoAccess, NotFound } from '../shell/NotFound.tsx'
import { Page } from '../shell/Page.tsx'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt, titleOf } from './actions.ts'
import { DocumentView } from './DocumentView.tsx'
import { useDocuments } from './documents.ts'
import { en } from './en.ts'
import { pageEn } from './pageEn.ts'
import './documentPage.css'

const t = textsOf(pageEn)

/** `/d/:id`: a page, or why it cannot be shown. */
export default function DocumentPage() {
  const params = useParams()
  return (
    <Show when={idOf(params.id)} keyed fallback={<NotFound />}>
      {(id) => <OneDocument id={id} />}
    </Show>
  )
}

type Found = 'unknown' | 'missing' | { trashed: DocumentRow & { trashed_at: string | null } } | { problem: unknown }

function OneDocument(props: { id: string }) {
  const workspace = useWorkspace()
  const documents = useDocuments()
  const listed = () => workspace.document(props.id)
  // Stays when the list no longer holds it, until it is known why.
  const latest = createMemo<DocumentRow | undefined>((before) => listed() ?? before)
  const [found, setFound] = createSignal<Found>('unknown')

  // Absent from the list it may be new, moved to another workspace, in the trash, or gone. Until that is known the page stays.
  async function lookUp() {
    try {
      const row = await documents.read(props.id)
      if (!row) setFound('missing')
      else if (row.trashed_at) setFound({ trashed: row })
      else if (row.workspace_id !== workspace.id()) workspace.enter(row.workspace_id)
      else workspace.putDocument(row)
    } catch (problem) {
      setFound({ problem })
    }
  }
  createEffect(
    on([workspace.loaded, listed], ([loaded, row]) => {
      if (row) setFound('unknown')
      else if (loaded) void lookUp()
    }),
  )
  const trashed = () => {
    const state = found()
    return typeof state === 'object' && 'trashed' in state ? state.trashed : undefined
  }
  const problem = () => {
    const state = found()
    return typeof state === 'object' && 'problem' in state ? state : undefined
  }

  return (
    <Switch fallback={<Loading />}>
      <Match when={trashed()}>{(row) => <InTrash document={row()} />}</Match>
      <Match when={found() === 'missing'}>
        <NoAccess />
      </Match>
      <Match when={problem()}>
        {(state) => {
          throw state().problem
        }}
      </Match>
      <Match when={latest()}>
        {/* Not through the callback's accessor: what still arrives while the page leaves would read it too late and throw. */}
        <DocumentView document={latest() as DocumentRow} />
      </Match>
    </Switch>
  )
}

function Loading() {
  return (
    <Page title={pageEn.page}>
      <div class="document" aria-busy="true">
        <Skeleton heading lines={6} />
      </div>
    </Page>
  )
}

function InTrash(props: { document: DocumentRow & { trashed_at: string | null } }) {
  const documents = useDocuments()
  const navigate = useNavigate()
  const [busy, setBusy] = createSignal(false)
  const restore = async () => {
    setBusy(true)
    await attempt(en.restore, () => documents.restore(props.document.id))
    setBusy(false)
  }
  return (
    <Page title={titleOf(props.document)}>
      <EmptyState
        icon="trash"
        title={pageEn.trashTitle}
        text={t('trashText', { when: relativeTime(props.document.trashed_at ?? new Date()) })}
      >
        <Show when={documents.mayEdit(props.document)}>
          <Button look="primary" icon="undo" busy={busy()} onClick={() => void restore()}>
            {en.restore}
          </Button>
        </Show>
        <Button look="outline" onClick={() => navigate(paths.documents())}>
          {en.list.title}
        </Button>
      </EmptyState>
    </Page>
  )
}
