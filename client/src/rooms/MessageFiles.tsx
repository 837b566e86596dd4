import { createResource, createSignal, For, lazy, Match, Show, Suspense, Switch } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { toast } from '../ui/Toast.tsx'
import { filesEn as en } from './filesEn.ts'
import { bytesInWords, endingOf, lengthInWords } from './fileWords.ts'
import { addressOf, pictureOf } from './messageFiles.ts'
import type { MessageFile } from './outgoing.ts'
import { ToolIcon } from './ToolIcon.tsx'
import { VoicePlayer } from './VoicePlayer.tsx'
import './messageFiles.css'

const t = textsOf(en)
const Gallery = lazy(() => import('./Gallery.tsx'))

/** What hangs on a message: pictures in a grid, sound and video to play, anything else as a card. */
export default function MessageFiles(props: { files: readonly MessageFile[] }) {
  const [shown, setShown] = createSignal<number>()
  const pictures = () => props.files.filter((file) => file.kind === 'image')
  const others = () => props.files.filter((file) => file.kind !== 'image')
  return (
    <div class="message-files">
      <Show when={pictures().length > 0}>
        <div class="message-pictures" data-count={Math.min(pictures().length, 4)}>
          <For each={pictures()}>{(file, at) => <Picture file={file} alone={pictures().length === 1} onOpen={() => setShown(at())} />}</For>
        </div>
      </Show>
      <For each={others()}>
        {(file) => (
          <Switch fallback={<FileCard file={file} />}>
            <Match when={file.kind === 'voice'}>
              <VoicePlayer address={() => addressOf(file.path)} durationMs={file.duration_ms} />
            </Match>
            <Match when={file.kind === 'audio' || file.kind === 'video'}>
              <Playable file={file} />
            </Match>
          </Switch>
        )}
      </For>
      <Show when={shown() !== undefined}>
        <Suspense>
          <Gallery pictures={pictures()} first={shown() ?? 0} onClose={() => setShown(undefined)} />
        </Suspense>
      </Show>
    </div>
  )
}

/** Its place has its size before it is there. */
function Picture(props: { file: MessageFile; alone: boolean; onOpen(): void }) {
  const [asked, { refetch }] = createResource(() => props.file.path, pictureOf)
  const src = () => (asked.state === 'ready' ? asked() : undefined)
  const ratio = () => {
    const { width, height } = props.file
    // A very long or tall one is cut; the gallery shows it whole.
    return width && height ? Math.min(Math.max(width / height, 0.4), 3) : 1.5
  }
  return (
    <button
      type="button"
      class="message-picture"
      style={
        props.alone ? { 'aspect-ratio': ratio(), 'inline-size': `${Math.min(props.file.width ?? 400, 400 * Math.min(ratio(), 1))}px` } : {}
      }
      aria-label={t('open', { name: props.file.alt ?? props.file.name })}
      onClick={() => (asked.error ? void refetch() : props.onOpen())}
    >
      <Show when={!asked.error} fallback={<span class="picture-missing">{en.missing}</span>}>
        <Show when={src()}>{(address) => <img src={address()} alt={props.file.alt ?? ''} />}</Show>
      </Show>
    </button>
  )
}

/** Sound and video play in place; nothing of them is fetched before the person presses. */
function Playable(props: { file: MessageFile }) {
  const [address, setAddress] = createSignal<string>()
  const isVideo = () => props.file.kind === 'video'
  const load = () => addressOf(props.file.path).then(setAddress, tellNot('notPlayed', props.file))
  return (
    <div class="message-playable" data-kind={props.file.kind}>
      <Show
        when={address()}
        fallback={
          <button
            type="button"
            class="playable-cover"
            style={isVideo() ? { 'aspect-ratio': (props.file.width ?? 16) / (props.file.height ?? 9) } : {}}
            aria-label={t('load', { name: props.file.name })}
            onClick={() => void load()}
          >
            <span class="playable-sign">
              <ToolIcon name="play" />
            </span>
            <Show when={props.file.duration_ms}>{(ms) => <small>{lengthInWords(ms())}</small>}</Show>
          </button>
        }
      >
        {(src) => (
          <Show
            when={isVideo()}
            fallback={
              // biome-ignore lint/a11y/useMediaCaption: what people send has no captions
              <audio controls autoplay src={src()} aria-label={t('audio', { name: props.file.name })} />
            }
          >
            {/* biome-ignore lint/a11y/useMediaCaption: what people send has no captions */}
            <video
              controls
              autoplay
              playsinline
              src={src()}
              aria-label={t('video', { name: props.file.name })}
              style={{ 'aspect-ratio': (props.file.width ?? 16) / (props.file.height ?? 9) }}
            />
          </Show>
        )}
      </Show>
      <FileCard file={props.file} />
    </div>
  )
}

function FileCard(props: { file: MessageFile }) {
  return (
    <div class="file-card">
      <span class="file-sign" aria-hidden="true">
        <ToolIcon name="file" />
      </span>
      <span class="file-words">
        <span class="ellipsis" dir="auto" title={props.file.name}>
          {props.file.name}
        </span>
        <small>{[endingOf(props.file.name), bytesInWords(props.file.size)].filter(Boolean).join(' · ')}</small>
      </span>
      <button
        type="button"
        class="button quiet icon-only"
        aria-label={t('save', { name: props.file.name })}
        title={t('save', { name: props.file.name })}
        onClick={() => void saveFile(props.file)}
      >
        <ToolIcon name="download" />
      </button>
    </div>
  )
}

/** Saves a file under its name; the browser never opens it as a page of ours. */
export async function saveFile(file: MessageFile): Promise<void> {
  try {
    const link = document.createElement('a')
    link.href = await addressOf(file.path, file.name)
    link.download = file.name
    link.click()
  } catch (error) {
    tellNot('notSaved', file)(error)
  }
}

const tellNot = (what: 'notSaved' | 'notPlayed', file: MessageFile) => (error: unknown) =>
  toast(t(what, { name: file.name, reason: sentenceOf(error) }))
