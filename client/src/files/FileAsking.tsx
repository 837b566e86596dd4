import { lazy, Match, Suspense, Switch } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { ConfirmDialog } from '../ui/Dialog.tsx'
import { NameDialog } from '../ui/NameDialog.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { createFolder, type FileRow, renameFile } from './files.ts'

const t = textsOf(en)
const FilePreview = lazy(() => import('./FileDialogs.tsx').then((module) => ({ default: module.FilePreview })))
const FileVersionsDialog = lazy(() => import('./FileDialogs.tsx').then((module) => ({ default: module.FileVersionsDialog })))
const FolderDialog = lazy(() => import('./FolderDialog.tsx').then((module) => ({ default: module.FolderDialog })))
const ShareDialog = lazy(() => import('../access/ShareDialog.tsx').then((module) => ({ default: module.ShareDialog })))

export type Asking = 'folder' | 'rename' | 'move' | 'copy' | 'versions' | 'preview' | 'delete' | 'share'

interface FileAskingProps {
  asking: Asking | undefined
  selected: readonly FileRow[]
  spaceId: string
  folder: string | null
  mayEdit: boolean
  /** Reads the list again, and chooses what was made. */
  onChanged(made?: FileRow): Promise<void>
  onPlace(folder: string | null, space: string): void
  onDelete(): void
  onClose(): void
}

/** The dialogs of the list: one at a time, or none. */
export function FileAsking(props: FileAskingProps) {
  const workspace = useWorkspace()
  const only = () => (props.selected.length === 1 ? props.selected[0] : undefined)
  return (
    <Suspense>
      <Switch>
        <Match when={props.asking === 'folder'}>
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
              const made = await createFolder(props.spaceId, props.folder, name)
              await props.onChanged(made)
            }}
            onClose={() => props.onClose()}
          />
        </Match>
        <Match when={props.asking === 'rename' && only()}>
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
                await props.onChanged()
              }}
              onClose={() => props.onClose()}
            />
          )}
        </Match>
        <Match when={props.asking === 'move' || props.asking === 'copy'}>
          <FolderDialog
            title={props.asking === 'move' ? en.moveTitle : en.copyTitle}
            spaceId={props.spaceId}
            moving={props.selected}
            from={props.asking === 'move' ? props.folder : ''}
            onChoose={(to, space) => props.onPlace(to, space)}
            onClose={() => props.onClose()}
          />
        </Match>
        <Match when={props.asking === 'share' && only()}>
          {(file) => (
            <ShareDialog
              item={{ type: 'file', id: file().id, workspaceId: workspace.id(), isFolder: file().is_folder }}
              title={file().name}
              onClose={() => props.onClose()}
            />
          )}
        </Match>
        <Match when={props.asking === 'versions' && only()}>
          {(file) => <FileVersionsDialog file={file()} mayEdit={props.mayEdit} onClose={() => props.onClose()} />}
        </Match>
        <Match when={props.asking === 'preview' && only()}>{(file) => <FilePreview file={file()} onClose={() => props.onClose()} />}</Match>
        <Match when={props.asking === 'delete' && props.selected.length > 0}>
          <ConfirmDialog
            title={only() ? t('deleteTitle', { name: only()?.name ?? '' }) : t('deleteMany', { count: props.selected.length })}
            action={en.deleteForEver}
            cancel={common.cancel}
            onConfirm={() => props.onDelete()}
            onClose={() => props.onClose()}
          >
            <p>{en.deleteText}</p>
          </ConfirmDialog>
        </Match>
      </Switch>
    </Suspense>
  )
}
