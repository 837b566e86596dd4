import { useLocation, useNavigate, useSearchParams } from '@solidjs/router'
import { createEffect, createSignal, lazy, on, onCleanup, Show, Suspense } from 'solid-js'
import { ShareButton } from '../access/ShareButton.tsx'
import type { EditorHandle, Person } from '../islands/contract.ts'
import { blockOf, paths } from '../paths.ts'
import type { DocumentRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { Page } from '../shell/Page.tsx'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Menu } from '../ui/Menu.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt, copyLink, documentMenu, moveAndTell, titleOf, trashWithUndo } from './actions.ts'
import { Breadcrumbs, SavedWord } from './DocumentBar.tsx'
import { DocumentNotes } from './DocumentNotes.tsx'
import { createPanels, OpenPanel, PanelButtons } from './DocumentPanels.tsx'
import { useDocuments } from './documents.ts'
import { EditorHost } from './EditorHost.tsx'
import { en } from './en.ts'
import { createFind, FindPlace } from './find/Find.tsx'
import { Faces } from './follow/Faces.tsx'
import { FollowBanner } from './follow/FollowBanner.tsx'
import { createFollow } from './follow/follow.ts'
import { IconPicker } from './IconPicker.tsx'
import { MoveDialog } from './MoveDialog.tsx'
import { pageEn } from './pageEn.ts'
import { pageMenu } from './pageMenu.ts'
import { createSavedState } from './savedState.ts'
import { TitleField } from './TitleField.tsx'
import type { Place } from './tree.ts'
import { copyText, offerText } from './unsentText.ts'
import { createWatching } from './watching.ts'

const ExportDialog = lazy(() => import('./transfer/ExportDialog.tsx'))
const ImportDialog = lazy(() => import('./transfer/ImportDialog.tsx'))
const SuggestionText = lazy(() => import('./suggestions/SuggestionText.tsx'))
const CommentsInText = lazy(() => import('./comments/CommentsInText.tsx'))
const VersionPlace = lazy(() => import('./history/VersionPlace.tsx'))

/** A page that this person may see: its title, its text, who else is here and whether it is saved. */
export function DocumentView(props: { document: DocumentRow }) {
  const session = useSession()
  const workspace = useWorkspace()
  const documents = useDocuments()
  const navigate = useNavigate()
  const [state, setState] = createSavedState()
  let unsent = false
  let isCopied = false
  let name = ''
  const [people, setPeople] = createSignal<Person[]>([])
  const [lostText, setLostText] = createSignal<string>()
  /** Another number opens the page anew, without what never reached the server. */
  const [opening, setOpening] = createSignal(1)
  const [moving, setMoving] = createSignal(false)
  const [transferring, setTransferring] = createSignal<'import' | 'export'>()
  const [editor, setEditor] = createSignal<EditorHandle>()
  /** What changed beside the text, each time it is told. */
  const [changed, setChanged] = createSignal<string | undefined>(undefined, { equals: false })
  /** What is shown in the page's place: a version, or the branch of a suggestion. */
  const [search] = useSearchParams<{ version?: string; suggestion?: string }>()
  const panels = createPanels()
  const find = createFind()
  const follow = createFollow(editor)
  let title!: HTMLDivElement

  const id = () => props.document.id
  const watching = createWatching(id)
  // What the socket says counts for who was given this one page; before it says anything, the role does.
  const mayWrite = () => documents.mayWrite(props.document) || ['saved', 'saving'].includes(state())
  const isNew =
    props.document.title === '' &&
    props.document.created_by === session.user()?.id &&
    props.document.created_at === props.document.updated_at
  const person = (): Person => ({ id: session.user()?.id ?? '', name: session.user()?.name ?? '' })

  // Asked when somebody leaves: telling the browser at each letter would cost a millisecond of it.
  const warn = (event: BeforeUnloadEvent) => unsent && !editor()?.copy.isKept() && event.preventDefault()
  addEventListener('beforeunload', warn)
  onCleanup(() => removeEventListener('beforeunload', warn))

  // Whoever loses the whole page, or leaves it while there is no connection, takes his words along.
  createEffect(() => {
    name = titleOf(props.document)
  })
  onCleanup(() => {
    const words = lostText()
    if (words && !isCopied) offerText(name, words)
  })

  const location = useLocation()
  createEffect(
    on([editor, () => location.hash], ([open, hash]) => {
      const block = blockOf(hash)
      if (open && block && !open.goToBlock(block)) toast(pageEn.blockGone)
    }),
  )

  // The socket hears of lost rights, not of new ones: who may write again opens the page again.
  createEffect(
    on(
      () => documents.mayWrite(props.document),
      (may) => {
        if (may && !lostText() && (state() === 'read_only' || state() === 'denied')) setOpening(opening() + 1)
      },
      { defer: true },
    ),
  )

  const spaceName = () => workspace.space(props.document.space_id)?.name ?? ''
  const move = (place: Place | null, space = spaceName()) => {
    setMoving(false)
    void moveAndTell(documents, props.document, place, space)
  }
  const menu = () =>
    documentMenu(documents, props.document, {
      newInside: () => {
        const { id: child, stored } = documents.create(props.document.space_id, id())
        void attempt(en.newPage, () => stored)
        navigate(paths.document(child))
      },
      rename: () => title.querySelector('textarea')?.select(),
      moveTo: () => setMoving(true),
      move,
      trash: () => {
        navigate(props.document.parent_id ? paths.document(props.document.parent_id) : paths.space(props.document.space_id))
        void trashWithUndo(documents, props.document)
      },
    })

  const text = (documentId: string) => (
    <EditorHost
      documentId={documentId}
      person={person()}
      onState={(next, pending) => {
        setState(next)
        unsent = pending
        // Of a link that was taken back the socket alone hears.
        if (next === 'denied') void workspace.reload()
      }}
      onPresence={setPeople}
      onUnsent={setLostText}
      onNotice={(code) => toast(code in pageEn.notices ? pageEn.notices[code as keyof typeof pageEn.notices] : code)}
      onChanged={setChanged}
      {...(documentId === id()
        ? { onBlockLink: (block: string) => void attempt(pageEn.editor.copyLink, () => copyLink(id(), block)) }
        : {})}
      onEditor={setEditor}
    />
  )
  return (
    <Page
      title={titleOf(props.document)}
      before={<Breadcrumbs document={props.document} />}
      actions={
        <>
          <SavedWord state={state()} />
          <Faces people={people()} self={person().id} follow={follow} />
          <PanelButtons panels={panels} />
          <Show when={workspace.can('editor', props.document.space_id)}>
            <ShareButton item={{ type: 'document', id: id(), workspaceId: props.document.workspace_id }} title={titleOf(props.document)} />
          </Show>
          <Menu
            label={en.actions}
            iconOnly
            triggerClass="button quiet icon-only"
            trigger={<Icon name="more" />}
            items={[
              find.item(),
              ...panels.items(),
              ...pageMenu(documents, props.document, { open: (copy) => navigate(paths.document(copy)), transfer: setTransferring }),
              ...watching(),
              ...menu(),
            ]}
          />
        </>
      }
      panelLabel={panels.open()?.label ?? ''}
      panel={panels.open() && <OpenPanel panels={panels} of={{ document: props.document, editor: editor(), changed: changed() }} />}
      onTogglePanel={panels.toggleLatest}
    >
      <FollowBanner follow={follow} />
      <FindPlace find={find} editor={editor()} mayReplace={mayWrite()} />
      <Show when={search.version}>
        {(version) => (
          <Suspense fallback={<p class="document" aria-busy="true" />}>
            <VersionPlace document={props.document} version={version()} changed={changed()} />
          </Suspense>
        )}
      </Show>
      <article class="document" hidden={Boolean(search.version)}>
        <Show when={lostText()}>
          {(text) => (
            <UnsentText
              text={text()}
              onCopied={() => {
                isCopied = true
              }}
              onShowSaved={() => {
                setLostText(undefined)
                unsent = false
                setState('connecting')
                setOpening(opening() + 1)
              }}
            />
          )}
        </Show>
        <DocumentNotes document={props.document} />
        <div ref={title} class="document-head">
          <Show when={documents.mayWrite(props.document)} fallback={<span class="document-icon">{props.document.icon}</span>}>
            <IconPicker icon={props.document.icon} onChoose={(icon) => void attempt(pageEn.icon, () => documents.setIcon(id(), icon))} />
          </Show>
          <TitleField
            title={props.document.title}
            editable={mayWrite()}
            autofocus={isNew}
            onRename={(renamed) => void attempt(en.rename, () => documents.rename(id(), renamed))}
            onLeave={() => editor()?.focus()}
          />
        </div>
        <Show when={documents.isStored(id()) && `${opening()} ${search.suggestion ?? ''}`} keyed>
          <Show when={search.suggestion} fallback={text(id())}>
            {(suggestion) => (
              <Suspense>
                <SuggestionText documentId={id()} suggestionId={suggestion()}>
                  {text(suggestion())}
                </SuggestionText>
              </Suspense>
            )}
          </Show>
        </Show>
      </article>
      <Show when={!search.suggestion && editor()} keyed>
        {(open) => (
          <Suspense>
            <CommentsInText documentId={id()} editor={open} changed={changed()} />
          </Suspense>
        )}
      </Show>
      <Suspense>
        <Show when={transferring() === 'export'}>
          <ExportDialog document={props.document} onClose={() => setTransferring(undefined)} />
        </Show>
        <Show when={transferring() === 'import'}>
          <ImportDialog spaceId={props.document.space_id} parent={props.document} onClose={() => setTransferring(undefined)} />
        </Show>
      </Suspense>
      <Show when={moving()}>
        <MoveDialog document={props.document} onClose={() => setMoving(false)} onMove={move} />
      </Show>
    </Page>
  )
}

/** The right to write was lost while changes were on their way: what the person wrote is his. */
function UnsentText(props: { text: string; onCopied(): void; onShowSaved(): void }) {
  const copy = async () => {
    await copyText(props.text)
    props.onCopied()
  }
  return (
    <div class="unsent" role="alert">
      <h2>{pageEn.unsentTitle}</h2>
      <p>{pageEn.unsentText}</p>
      <div class="unsent-actions">
        <Button look="primary" icon="copy" onClick={() => void copy().catch(() => {})}>
          {pageEn.copyText}
        </Button>
        <Button look="outline" onClick={() => props.onShowSaved()}>
          {pageEn.showSaved}
        </Button>
      </div>
    </div>
  )
}
