import { useNavigate, useParams, useSearchParams } from '@solidjs/router'
import { createEffect, createMemo, createResource, createSignal, Match, on, Show, Switch } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { idOf, paths } from '../paths.ts'
import type { SpaceRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { NoAccess } from '../shell/NotFound.tsx'
import { Page } from '../shell/Page.tsx'
import { Button, IconButton } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { remember, remembered } from '../ui/memory.ts'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { FileActions } from './FileActions.tsx'
import { type Asking, FileAsking } from './FileAsking.tsx'
import { FileList } from './FileList.tsx'
import { FileTrail } from './FileTrail.tsx'
import { copyFile, deleteFile, each, type FileRow, mayChange, moveFile, pageSize, readFile, restoreFile, trashFile } from './files.ts'
import { createFolderView } from './folderView.ts'
import { send } from './uploads.ts'
import './files.css'

const t = textsOf(en)
const viewKey = 'atrium.files.view'

/** `/s/:space/files` and `/s/:space/files/:folder`: what a space keeps beside its pages, and the trash of it; of a space to which the person
 *  does not belong, what is shared with him. `/f/:file` leads to one file or folder, wherever it is. */
export default function FilesPage() {
  const params = useParams<{ space?: string; folder?: string }>()
  const workspace = useWorkspace()
  const [file] = createResource(() => (params.space ? undefined : idOf(params.folder)), readFile)
  const spaceId = () => idOf(params.space) ?? (file.error ? undefined : file()?.space_id)
  return (
    <Show when={!file.loading}>
      <Show when={spaceId()} keyed={false} fallback={<NoAccess />}>
        {(id) => <Files spaceId={id()} space={workspace.space(id())} />}
      </Show>
    </Show>
  )
}

function Files(props: { spaceId: string; space: SpaceRow | undefined }) {
  const params = useParams<{ folder?: string }>()
  const [search] = useSearchParams<{ view?: string }>()
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const session = useSession()
  const spaceId = () => props.spaceId
  const folder = () => idOf(params.folder) ?? null
  const isTrash = () => search.view === 'trash'

  const { found, problem, count, setCount, load, single, trail } = createFolderView({
    spaceId,
    folder,
    isTrash,
    isMember: () => props.space !== undefined,
  })
  const [chosen, setChosen] = createSignal<ReadonlySet<string>>(new Set())
  const [asking, setAsking] = createSignal<Asking>()
  /** Of a space that is not his own he changes what is in folders shared for it. */
  const [mayFill] = createResource(
    () => !props.space && folder(),
    (id) => mayChange(session.user()?.id ?? '', id).catch(() => false),
  )
  const mayEdit = () => (props.space ? workspace.can('editor', spaceId()) : mayFill() === true)
  const [isOver, setIsOver] = createSignal(false)
  const [isGrid, setIsGrid] = createSignal(remembered(viewKey) === 'grid')
  let input!: HTMLInputElement

  createEffect(on([spaceId, folder, isTrash], () => setChosen(new Set<string>())))

  const isGone = () => found() !== undefined && folder() !== null && !single() && trail().length === 0
  const selected = createMemo(() => found()?.filter(({ id }) => chosen().has(id)) ?? [])
  const only = () => (selected().length === 1 ? selected()[0] : undefined)

  const mayDrop = () => mayEdit() && !isTrash() && !single()
  const open = (file: FileRow) => {
    if (isTrash()) return
    if (file.is_folder) navigate(paths.spaceFiles(spaceId(), file.id))
    else {
      setChosen(new Set([file.id]))
      setAsking('preview')
    }
  }
  const upload = (files: Iterable<File>) => send([...files], { spaceId: spaceId(), folder: folder() })
  const close = () => setAsking(undefined)
  const toggleGrid = () => remember(viewKey, setIsGrid(!isGrid()) ? 'grid' : 'list')
  const change = async (action: string, run: (file: FileRow) => Promise<unknown>): Promise<number> => {
    const done = await each(action, selected(), run)
    await load()
    return done
  }
  const trash = async () => {
    const going = selected()
    if ((await change(en.toTrash, ({ id }) => trashFile(id))) < going.length) return
    const undo = async () => {
      await each(en.restore, going, ({ id }) => restoreFile(id))
      await load()
    }
    const done = going.length === 1 ? t('trashedOne', { name: going[0]?.name ?? '' }) : t('trashedMany', { count: going.length })
    toast(done, { action: { label: common.undo, run: () => void undo() } })
  }
  const place = async (to: string | null, space: string) => {
    const isMove = asking() === 'move'
    close()
    await change(isMove ? en.move : en.copy, ({ id }) => (isMove ? moveFile(id, to, space) : copyFile(id, to, space)))
  }

  return (
    <Page
      title={props.space ? t('title', { space: props.space.name }) : en.sharedTitle}
      actions={
        <>
          <IconButton icon="image" label={en.grid} aria-pressed={isGrid()} onClick={toggleGrid} />
          <Show when={mayEdit() && !isTrash() && !isGone() && !single()}>
            <Button look="outline" icon="plus" onClick={() => setAsking('folder')}>
              {en.newFolder}
            </Button>
            <Button look="primary" icon="arrowUp" onClick={() => input.click()}>
              {en.upload}
            </Button>
            <input
              ref={input}
              type="file"
              multiple
              hidden
              onChange={() => {
                upload(input.files ?? [])
                input.value = ''
              }}
            />
          </Show>
        </>
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is beside the button, which does the same */}
      <div
        class="page files"
        classList={{ 'is-over': isOver() }}
        onDragOver={(event) => {
          if (!mayDrop() || !event.dataTransfer?.types.includes('Files')) return
          event.preventDefault()
          setIsOver(true)
        }}
        onDragLeave={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setIsOver(false)
        }}
        onDrop={(event) => {
          setIsOver(false)
          if (!mayDrop() || !event.dataTransfer?.files.length) return
          event.preventDefault()
          upload(event.dataTransfer.files)
        }}
      >
        <FileTrail
          spaceId={spaceId()}
          spaceName={props.space?.name}
          trail={trail()}
          isTrash={isTrash()}
          hasTrash={props.space !== undefined && mayEdit()}
        />
        <FileActions
          selected={selected()}
          isTrash={isTrash()}
          mayEdit={mayEdit()}
          mayShare={props.space !== undefined}
          onAsk={setAsking}
          onTrash={() => void trash()}
          onRestore={() => void change(en.restore, ({ id }) => restoreFile(id))}
        />
        <Switch fallback={<Skeleton lines={6} />}>
          <Match when={problem()}>
            <EmptyState icon="alert" title={en.failed} text={sentenceOf(problem())}>
              <Button look="primary" onClick={() => void load()}>
                {common.retry}
              </Button>
            </EmptyState>
          </Match>
          <Match when={isGone()}>
            <EmptyState icon="alert" title={en.gone} text={en.goneText}>
              <Button look="primary" onClick={() => navigate(paths.spaceFiles(spaceId()))}>
                {en.back}
              </Button>
            </EmptyState>
          </Match>
          <Match when={found()?.length === 0 && !props.space && !folder()}>
            <EmptyState icon="lock" title={en.nothingShared} text={en.nothingSharedText} />
          </Match>
          <Match when={found()?.length === 0 && isTrash()}>
            <EmptyState icon="trash" title={en.emptyTrash} text={en.emptyTrashText} />
          </Match>
          <Match when={found()?.length === 0}>
            <EmptyState icon="archive" title={en.empty} text={mayEdit() ? en.emptyText : en.emptyReader} />
          </Match>
          <Match when={found()}>
            {(rows) => (
              <>
                <FileList
                  files={rows()}
                  chosen={chosen()}
                  isGrid={isGrid()}
                  onChoose={setChosen}
                  onOpen={open}
                  onDelete={() => mayEdit() && selected().length > 0 && (isTrash() ? setAsking('delete') : void trash())}
                  onRename={() => mayEdit() && !isTrash() && only() && setAsking('rename')}
                />
                <Show when={rows().length >= count()}>
                  <Button look="outline" onClick={() => setCount(count() + pageSize)}>
                    {en.more}
                  </Button>
                </Show>
              </>
            )}
          </Match>
        </Switch>
      </div>
      <FileAsking
        asking={asking()}
        selected={selected()}
        spaceId={spaceId()}
        folder={folder()}
        mayEdit={mayEdit()}
        onChanged={async (made) => {
          await load()
          if (made) setChosen(new Set([made.id]))
        }}
        onPlace={(to, space) => void place(to, space)}
        onDelete={() => {
          close()
          void change(en.deleteForEver, ({ id }) => deleteFile(id))
        }}
        onClose={close}
      />
    </Page>
  )
}
