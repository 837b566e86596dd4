import { Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { Button } from '../ui/Button.tsx'
import { en } from './en.ts'
import type { Asking } from './FileAsking.tsx'
import { each, type FileRow, save, saveFolder } from './files.ts'

const t = textsOf(en)

interface FileActionsProps {
  selected: readonly FileRow[]
  isTrash: boolean
  mayEdit: boolean
  mayShare: boolean
  onAsk(asking: Asking): void
  onTrash(): void
  onRestore(): void
}

/** What can be done with the files that are chosen. */
export function FileActions(props: FileActionsProps) {
  const only = () => (props.selected.length === 1 ? props.selected[0] : undefined)
  return (
    <div class="file-actions" role="toolbar" aria-label={t('selected', { count: props.selected.length })}>
      <Show when={props.selected.length > 0}>
        <span class="file-count" role="status" dir="auto">
          {only() ? t('oneSelected', { name: only()?.name ?? '' }) : t('selected', { count: props.selected.length })}
        </span>
        <Show
          when={!props.isTrash}
          fallback={
            <Show when={props.mayEdit}>
              <Button icon="undo" onClick={() => props.onRestore()}>
                {en.restore}
              </Button>
              <Button icon="trash" onClick={() => props.onAsk('delete')}>
                {en.deleteForEver}
              </Button>
            </Show>
          }
        >
          <Show when={only() || props.selected.every((file) => !file.is_folder)}>
            <Button
              icon="download"
              onClick={() =>
                void each(en.download, props.selected, (file) => (file.is_folder ? saveFolder(file.id) : save(file.path ?? '', file.name)))
              }
            >
              {en.download}
            </Button>
          </Show>
          <Show when={only() && !only()?.is_folder}>
            <Button icon="history" onClick={() => props.onAsk('versions')}>
              {en.versions}
            </Button>
          </Show>
          <Show when={props.mayEdit}>
            <Show when={only()}>
              <Button icon="pencil" onClick={() => props.onAsk('rename')}>
                {en.rename}
              </Button>
              <Show when={props.mayShare}>
                <Button icon="userPlus" onClick={() => props.onAsk('share')}>
                  {en.share}
                </Button>
              </Show>
            </Show>
            <Button icon="move" onClick={() => props.onAsk('move')}>
              {en.move}
            </Button>
            <Button icon="copy" onClick={() => props.onAsk('copy')}>
              {en.copy}
            </Button>
            <Button icon="trash" onClick={() => props.onTrash()}>
              {en.toTrash}
            </Button>
          </Show>
        </Show>
      </Show>
    </div>
  )
}
