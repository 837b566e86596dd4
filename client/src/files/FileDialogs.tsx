import { createEffect, createResource, For, Match, on, onCleanup, Show, Switch } from 'solid-js'
import { en as common } from '../en.ts'
import { problemOf, sentenceOf } from '../errors.ts'
import { relativeTime, sizeOf, textsOf } from '../i18n.ts'
import { storage } from '../supabase.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { addressOf, bucket, each, type FileRow, readText, readVersions, restoreVersion, save } from './files.ts'
import { send } from './uploads.ts'

const t = textsOf(en)
/** As much of a text as is shown. */
const textBytes = 256 * 1024
/** What is larger is saved, not drawn. */
const pictureBytes = 50_000_000

/** Every version of a file: to save, and for editors to bring back or add to. */
export function FileVersionsDialog(props: { file: FileRow; mayEdit: boolean; onClose(): void }) {
  const workspace = useWorkspace()
  const [versions, { refetch }] = createResource(
    () => props.file.version,
    () => readVersions(props.file.id),
  )
  let input!: HTMLInputElement
  const restore = async (id: string, number: number) => {
    if (await each(en.restore, [id], restoreVersion)) {
      toast(t('restored', { number }))
      await refetch()
    }
  }
  return (
    <Dialog
      title={t('versionsTitle', { name: props.file.name })}
      closeLabel={common.close}
      onClose={() => props.onClose()}
      footer={
        <Show when={props.mayEdit}>
          <Button look="outline" icon="arrowUp" onClick={() => input.click()}>
            {en.newVersion}
          </Button>
          <input
            ref={input}
            type="file"
            hidden
            onChange={() => {
              send([...(input.files ?? [])], { spaceId: props.file.space_id, folder: props.file.parent_id, file: props.file.id })
              input.value = ''
            }}
          />
        </Show>
      }
    >
      <Switch>
        <Match when={versions.error}>
          <p role="alert">{sentenceOf(versions.error)}</p>
        </Match>
        <Match when={versions.state === 'pending'}>
          <Skeleton lines={3} />
        </Match>
        <Match when={versions.latest}>
          {(found) => (
            <ul class="file-versions">
              <For each={found()}>
                {(version) => (
                  <li>
                    <span class="file-words">
                      <strong>
                        {version.label ?? t('version', { number: version.number })}
                        <Show when={version.number === props.file.version}>
                          <span class="file-mark">{en.present}</span>
                        </Show>
                      </strong>
                      <small>
                        {t('details', {
                          size: sizeOf(version.size),
                          when: relativeTime(version.created_at),
                          who: workspace.nameOf(version.author_id ?? '') ?? en.someone,
                        })}
                        {version.restored_from ? ` · ${t('restoredFrom', { number: version.restored_from })}` : ''}
                        {version.note ? ` · ${version.note}` : ''}
                      </small>
                    </span>
                    <IconButton
                      icon="download"
                      label={t('downloadVersion', { number: version.number })}
                      onClick={() => void each(en.download, [version.path], (path) => save(path, props.file.name))}
                    />
                    <Show when={props.mayEdit && version.number !== props.file.version}>
                      <IconButton
                        icon="history"
                        label={t('restoreVersion', { number: version.number })}
                        onClick={() => void restore(version.id, version.number)}
                      />
                    </Show>
                  </li>
                )}
              </For>
            </ul>
          )}
        </Match>
      </Switch>
    </Dialog>
  )
}

interface Shown {
  kind: 'image' | 'video' | 'audio' | 'text' | 'none'
  /** An address, or for text what it says. */
  what: string
  /** What is missing of it, in words. */
  note?: string | undefined
}

async function show(file: FileRow): Promise<Shown> {
  const { path, mime } = file
  const size = file.size ?? 0
  if (!path || !mime) return { kind: 'none', what: '' }
  const [kind] = mime.split('/')
  if (kind === 'video' || kind === 'audio') return { kind, what: await addressOf(path) }
  const isPicture = /^image\/(png|jpeg|gif|webp|avif)$/.test(mime) && size <= pictureBytes
  if (isPicture) {
    const { data, error } = await (await storage()).from(bucket).download(path)
    if (error) throw problemOf(error)
    return { kind: 'image', what: URL.createObjectURL(new Blob([data], { type: mime })) }
  }
  if (mime === 'text/plain') {
    const range = size > textBytes ? { headers: { range: `bytes=0-${textBytes - 1}` } } : {}
    const response = await fetch(await addressOf(path), range)
    if (!response.ok) throw problemOf({}, response.status)
    return { kind: 'text', what: await response.text(), note: size > textBytes ? en.cut : undefined }
  }
  const written = await readText(file)
  if (written) return { kind: 'text', what: written, note: /zip$/.test(mime) ? undefined : en.written }
  return { kind: 'none', what: '' }
}

/** A file as it looks or sounds. What the bytes are decides how it is shown; nothing of it runs. */
export function FilePreview(props: { file: FileRow; onClose(): void }) {
  const [shown] = createResource(() => props.file, show)
  createEffect(
    on(
      () => shown.state === 'ready' && shown(),
      (now) => onCleanup(() => now && now.kind === 'image' && URL.revokeObjectURL(now.what)),
    ),
  )
  const is = (kind: Shown['kind']) => {
    const now = shown.state === 'ready' ? shown() : undefined
    return now?.kind === kind ? now : undefined
  }
  return (
    <Dialog
      title={props.file.name}
      closeLabel={common.close}
      onClose={() => props.onClose()}
      footer={
        <Button
          look="outline"
          icon="download"
          onClick={() => void each(en.download, [props.file], (file) => save(file.path ?? '', file.name))}
        >
          {en.download}
        </Button>
      }
    >
      <div class="file-preview">
        <Switch fallback={<Skeleton lines={4} />}>
          <Match when={shown.error}>
            <p role="alert">{sentenceOf(shown.error)}</p>
          </Match>
          <Match when={is('image')}>{(image) => <img src={image().what} alt={t('preview', { name: props.file.name })} />}</Match>
          <Match when={is('video')}>
            {/* biome-ignore lint/a11y/useMediaCaption: a file of somebody has none */}
            {(video) => <video src={video().what} controls aria-label={t('preview', { name: props.file.name })} />}
          </Match>
          <Match when={is('audio')}>
            {/* biome-ignore lint/a11y/useMediaCaption: a file of somebody has none */}
            {(audio) => <audio src={audio().what} controls aria-label={t('preview', { name: props.file.name })} />}
          </Match>
          <Match when={is('text')}>
            {(text) => (
              <>
                <section tabindex="0" aria-label={t('preview', { name: props.file.name })}>
                  <pre dir="auto">{text().what}</pre>
                </section>
                <Show when={text().note}>{(note) => <p class="muted">{note()}</p>}</Show>
              </>
            )}
          </Match>
          <Match when={is('none')}>
            <p class="muted">{en.noPreview}</p>
          </Match>
        </Switch>
      </div>
    </Dialog>
  )
}
