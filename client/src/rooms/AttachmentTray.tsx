import { For, Match, Show, Switch } from 'solid-js'
import { textsOf } from '../i18n.ts'
import type { Attachment, Attachments } from './attachments.ts'
import { composerEn as en } from './composerEn.ts'
import { bytesInWords } from './fileWords.ts'
import { ToolIcon } from './ToolIcon.tsx'
import { VoicePlayer } from './VoicePlayer.tsx'
import './attachments.css'

const t = textsOf(en)

/** The files of the message that is being written. */
export function AttachmentTray(props: { attachments: Attachments }) {
  return (
    <Show when={props.attachments.list.length > 0 || props.attachments.problem()}>
      <ul class="attachments" aria-label={en.attachments}>
        <For each={props.attachments.list}>{(one) => <Item one={one} attachments={props.attachments} />}</For>
      </ul>
      <Show when={props.attachments.problem()}>
        <p class="composer-problem" role="alert">
          {props.attachments.problem()}
        </p>
      </Show>
    </Show>
  )
}

function Item(props: { one: Attachment; attachments: Attachments }) {
  const { one } = props
  const status = () => {
    if (one.state === 'failed') return one.problem ?? ''
    if (one.state === 'stored') return bytesInWords(one.size)
    if (one.state === 'paused') return t('paused', { percent: Math.round(one.part * 100) })
    return one.state === 'waiting' ? en.waiting : t('storing', { percent: Math.round(one.part * 100), size: bytesInWords(one.size) })
  }
  return (
    <li class="attachment" data-state={one.state} data-kind={one.kind}>
      <Switch
        fallback={
          <span class="attachment-sign">
            <ToolIcon name="file" />
          </span>
        }
      >
        <Match when={one.kind === 'image' && one.preview}>{(src) => <img src={src()} alt="" />}</Match>
        <Match when={one.kind === 'voice' && one.preview}>
          {(src) => <VoicePlayer address={() => Promise.resolve(src())} durationMs={one.durationMs} />}
        </Match>
      </Switch>
      <div class="attachment-words">
        <Show when={one.kind !== 'voice'}>
          <span class="ellipsis" dir="auto" title={one.name}>
            {one.name}
          </span>
        </Show>
        <Show when={one.kind === 'image'}>
          <input
            type="text"
            class="attachment-alt"
            dir="auto"
            maxlength={1000}
            aria-label={t('describeNamed', { name: one.name })}
            placeholder={en.describe}
            value={one.alt}
            onChange={(event) => void props.attachments.describe(one.id, event.currentTarget.value)}
            // The form around it would send the message.
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.isComposing) return
              event.preventDefault()
              event.currentTarget.blur()
            }}
          />
        </Show>
        <small role={one.state === 'failed' ? 'alert' : undefined}>{status()}</small>
        <Show when={one.state === 'running' || one.state === 'paused' || one.state === 'waiting'}>
          <progress max={1} value={one.part} aria-label={t('storingNamed', { name: one.name })} />
        </Show>
      </div>
      <div class="attachment-actions">
        <Show when={one.state === 'running'}>
          <button
            type="button"
            aria-label={t('pauseNamed', { name: one.name })}
            title={en.pause}
            onClick={() => props.attachments.pause(one.id)}
          >
            <ToolIcon name="pause" />
          </button>
        </Show>
        <Show when={one.state === 'paused'}>
          <button
            type="button"
            aria-label={t('resumeNamed', { name: one.name })}
            title={en.resume}
            onClick={() => props.attachments.resume(one.id)}
          >
            <ToolIcon name="play" />
          </button>
        </Show>
        <Show when={one.state === 'failed'}>
          <button
            type="button"
            aria-label={t('retryNamed', { name: one.name })}
            title={en.retry}
            onClick={() => props.attachments.resume(one.id)}
          >
            <ToolIcon name="retry" />
          </button>
        </Show>
        <button
          type="button"
          aria-label={t('removeNamed', { name: one.name })}
          title={en.remove}
          onClick={() => props.attachments.remove(one.id)}
        >
          <ToolIcon name="close" />
        </button>
      </div>
    </li>
  )
}
