import { A, useNavigate, useParams, useSearchParams } from '@solidjs/router'
import {
  createEffect,
  createMemo,
  createResource,
  createSignal,
  For,
  lazy,
  Match,
  on,
  onCleanup,
  onMount,
  Show,
  Suspense,
  Switch,
} from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { idOf, paths } from '../paths.ts'
import type { SpaceRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { NoAccess } from '../shell/NotFound.tsx'
import { Page } from '../shell/Page.tsx'
import { Button, IconButton } from '../ui/Button.tsx'
import { ConfirmDialog } from '../ui/Dialog.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { remember, remembered } from '../ui/memory.ts'
import { NameDialog } from '../ui/NameDialog.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { FilePreview, FileVersionsDialog } from './FileDialogs.tsx'
import { FileList } from './FileList.tsx'
import {
  copyFile,
  createFolder,
  deleteFile,
  each,
  type FileRow,
  mayChange,
  moveFile,
  pageSize,
  readFile,
  readFolder,
  readFolders,
  readShared,
  readTrash,
  renameFile,
  restoreFile,
  save,
  saveFolder,
  trashFile,
} from './files.ts'
import { send } from './uploads.ts'
import './files.css'

const t = textsOf(en)
const gatherMs = 150
const FolderDialog = lazy(() => import('./FolderDialog.tsx').then((module) => ({ default: module.FolderDialog })))
const ShareDialog = lazy(() => import('../access/ShareDialog.tsx').then((module) => ({ default: module.ShareDialog })))
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

type Asking = 'folder' | 'rename' | 'move' | 'copy' | 'versions' | 'preview' | 'delete' | 'share'

function Files(props: { spaceId: string; space: SpaceRow | undefined }) {
  const params = useParams<{ folder?: string }>()
  const [search] = useSearchParams<{ view?: string }>()
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const session = useSession()
  const spaceId = () => props.spaceId
  const folder = () => idOf(params.folder) ?? null
  const isTrash = () => search.view === 'trash'

  const [found, setFound] = createSignal<FileRow[]>()
  const [folders, setFolders] = createSignal<FileRow[]>([])
  const [problem, setProblem] = createSignal<unknown>()
  const [count, setCount] = createSignal(pageSize)
  const [chosen, setChosen] = createSignal<ReadonlySet<string>>(new Set())
  const [asking, setAsking] = createSignal<Asking>()
  /** Of a space that is not his own he changes what is in folders shared for it. */
  const [mayFill] = createResource(
    () => !props.space && folder(),
    (id) => mayChange(session.user()?.id ?? '', id).catch(() => false),
  )
  const mayEdit = () => (props.space ? workspace.can('editor', spaceId()) : mayFill() === true)
  const [isOver, setIsOver] = createSignal(false)
  /** The file that the address names, when it is no folder. */
  const [single, setSingle] = createSignal<FileRow>()
  const [isGrid, setIsGrid] = createSignal(remembered(viewKey) === 'grid')
  let input!: HTMLInputElement

  const inFolder = (id: string | null) => (id || props.space ? readFolder(spaceId(), id, count()) : readShared(spaceId()))

  let last = 0
  const load = async () => {
    const mine = ++last
    try {
      const [all, rows] = await Promise.all([readFolders(spaceId()), isTrash() ? readTrash(spaceId(), count()) : inFolder(folder())])
      const one = folder()
      // The address of one file shows it among nothing else.
      const alone = one && rows.length === 0 && !all.some(({ id }) => id === one) ? await readFile(one) : undefined
      if (mine !== last) return
      setSingle(alone)
      setProblem(undefined)
      setFolders(all)
      setFound(alone ? [alone] : rows)
    } catch (error) {
      if (mine === last) setProblem(error)
    }
  }
  createEffect(
    on([spaceId, folder, isTrash], () => {
      setFound(undefined)
      setChosen(new Set<string>())
      setCount(pageSize)
      void load()
    }),
  )
  createEffect(on(count, () => void load(), { defer: true }))
  onMount(() => {
    let timer: number | undefined
    const onFiles = (event: Event) => {
      if ((event as CustomEvent<{ space_id?: string }>).detail?.space_id !== spaceId()) return
      clearTimeout(timer)
      timer = window.setTimeout(() => void load(), gatherMs)
    }
    const onOnline = () => void load()
    addEventListener('atrium:files', onFiles)
    addEventListener('online', onOnline)
    onCleanup(() => {
      clearTimeout(timer)
      removeEventListener('atrium:files', onFiles)
      removeEventListener('online', onOnline)
    })
  })

  /** The folders above, the nearest last. */
  const trail = createMemo(() => {
    const way: FileRow[] = []
    const here = single() ? single()?.parent_id : folder()
    let at = folders().find(({ id }) => id === here)
    while (at && !way.includes(at)) {
      way.unshift(at)
      const above = at.parent_id
      at = folders().find(({ id }) => id === above)
    }
    return way
  })
  const isGone = () => found() !== undefined && folder() !== null && !single() && trail().length === 0
  const selected = createMemo(() => found()?.filter(({ id }) => chosen().has(id)) ?? [])
  const only = () => (selected().length === 1 ? selected()[0] : undefined)
  const titleOf = (rows: readonly FileRow[], one: 'trashedOne' | 'deleteTitle', many: 'trashedMany' | 'deleteMany') =>
    rows.length === 1 ? t(one, { name: rows[0]?.name ?? '' }) : t(many, { count: rows.length })

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
    toast(titleOf(going, 'trashedOne', 'trashedMany'), { action: { label: common.undo, run: () => void undo() } })
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
        <Show when={props.space && mayEdit()}>
          <nav class="file-views" aria-label={en.views}>
            {/* The router's own link looks at the path alone, which both share. */}
            <a href={paths.spaceFiles(spaceId())} aria-current={isTrash() ? undefined : 'page'}>
              {en.files}
            </a>
            <a href={`${paths.spaceFiles(spaceId())}?view=trash`} aria-current={isTrash() ? 'page' : undefined}>
              {en.trash}
            </a>
          </nav>
        </Show>
        <Show when={!isTrash() && trail().length > 0}>
          <nav class="file-trail" aria-label={en.path}>
            <ol>
              <li>
                <A href={paths.spaceFiles(spaceId())} end>
                  {props.space?.name ?? en.shared}
                </A>
              </li>
              <For each={trail()}>
                {(above) => (
                  <li>
                    <A href={paths.spaceFiles(spaceId(), above.id)} end dir="auto">
                      {above.name}
                    </A>
                  </li>
                )}
              </For>
            </ol>
          </nav>
        </Show>
        <div class="file-actions" role="toolbar" aria-label={t('selected', { count: selected().length })}>
          <Show when={selected().length > 0}>
            <span class="file-count" role="status" dir="auto">
              {only() ? t('oneSelected', { name: only()?.name ?? '' }) : t('selected', { count: selected().length })}
            </span>
            <Show
              when={!isTrash()}
              fallback={
                <Show when={mayEdit()}>
                  <Button icon="undo" onClick={() => void change(en.restore, ({ id }) => restoreFile(id))}>
                    {en.restore}
                  </Button>
                  <Button icon="trash" onClick={() => setAsking('delete')}>
                    {en.deleteForEver}
                  </Button>
                </Show>
              }
            >
              <Show when={only() || selected().every((file) => !file.is_folder)}>
                <Button
                  icon="download"
                  onClick={() =>
                    void each(en.download, selected(), (file) => (file.is_folder ? saveFolder(file.id) : save(file.path ?? '', file.name)))
                  }
                >
                  {en.download}
                </Button>
              </Show>
              <Show when={only() && !only()?.is_folder}>
                <Button icon="history" onClick={() => setAsking('versions')}>
                  {en.versions}
                </Button>
              </Show>
              <Show when={mayEdit()}>
                <Show when={only()}>
                  <Button icon="pencil" onClick={() => setAsking('rename')}>
                    {en.rename}
                  </Button>
                  <Show when={props.space}>
                    <Button icon="userPlus" onClick={() => setAsking('share')}>
                      {en.share}
                    </Button>
                  </Show>
                </Show>
                <Button icon="move" onClick={() => setAsking('move')}>
                  {en.move}
                </Button>
                <Button icon="copy" onClick={() => setAsking('copy')}>
                  {en.copy}
                </Button>
                <Button icon="trash" onClick={() => void trash()}>
                  {en.toTrash}
                </Button>
              </Show>
            </Show>
          </Show>
        </div>
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
      <Switch>
        <Match when={asking() === 'folder'}>
          <NameDialog
            title={en.newFolder}
            label={en.folderName}
            name=""
            maxLength={255}
            missing={en.nameMissing}
            save={en.create}
            cancel={common.cancel}
            sentenceOf={sentenceOf}
            onSave={async (name) => {
              const made = await createFolder(spaceId(), folder(), name)
              await load()
              setChosen(new Set([made.id]))
            }}
            onClose={close}
          />
        </Match>
        <Match when={asking() === 'rename' && only()}>
          {(file) => (
            <NameDialog
              title={t('renameTitle', { name: file().name })}
              label={en.folderName}
              name={file().name}
              maxLength={255}
              missing={en.nameMissing}
              save={common.save}
              cancel={common.cancel}
              sentenceOf={sentenceOf}
              onSave={async (name) => {
                await renameFile(file().id, name)
                await load()
              }}
              onClose={close}
            />
          )}
        </Match>
        <Match when={asking() === 'move' || asking() === 'copy'}>
          <Suspense>
            <FolderDialog
              title={asking() === 'move' ? en.moveTitle : en.copyTitle}
              spaceId={spaceId()}
              moving={selected()}
              from={asking() === 'move' ? folder() : ''}
              onChoose={(to, space) => void place(to, space)}
              onClose={close}
            />
          </Suspense>
        </Match>
        <Match when={asking() === 'share' && only()}>
          {(file) => (
            <Suspense>
              <ShareDialog
                item={{ type: 'file', id: file().id, workspaceId: workspace.id(), isFolder: file().is_folder }}
                title={file().name}
                onClose={close}
              />
            </Suspense>
          )}
        </Match>
        <Match when={asking() === 'versions' && only()}>
          {(file) => <FileVersionsDialog file={file()} mayEdit={mayEdit()} onClose={close} />}
        </Match>
        <Match when={asking() === 'preview' && only()}>{(file) => <FilePreview file={file()} onClose={close} />}</Match>
        <Match when={asking() === 'delete' && selected().length > 0}>
          <ConfirmDialog
            title={titleOf(selected(), 'deleteTitle', 'deleteMany')}
            action={en.deleteForEver}
            cancel={common.cancel}
            onConfirm={() => {
              close()
              void change(en.deleteForEver, ({ id }) => deleteFile(id))
            }}
            onClose={close}
          >
            <p>{en.deleteText}</p>
          </ConfirmDialog>
        </Match>
      </Switch>
    </Page>
  )
}
