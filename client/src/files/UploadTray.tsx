import { For, onCleanup, onMount, Show } from 'solid-js'
import { sizeOf, textsOf } from '../i18n.ts'
import { IconButton } from '../ui/Button.tsx'
import { en } from './en.ts'
import { cancel, clearDone, isSending, list, pause, resume, type Sending } from './uploads.ts'
import './uploadTray.css'

const t = textsOf(en)

/** The uploads of this visit, in a corner, whatever page is open. */
export default function UploadTray() {
  const onLeave = (event: BeforeUnloadEvent) => isSending() && event.preventDefault()
  onMount(() => addEventListener('beforeunload', onLeave))
  onCleanup(() => removeEventListener('beforeunload', onLeave))
  return (
    <section class="upload-tray" aria-label={en.tray}>
      <header>
        <h2 class="grow">{en.tray}</h2>
        <IconButton icon="check" label={en.hideTray} onClick={clearDone} />
      </header>
      <ul>
        <For each={list}>{(one) => <Item one={one} />}</For>
      </ul>
    </section>
  )
}

function Item(props: { one: Sending }) {
  const status = () => {
    const percent = Math.round(props.one.part * 100)
    switch (props.one.state) {
      case 'failed':
        return props.one.problem
      case 'running':
        return t('running', { percent, size: sizeOf(props.one.size) })
      case 'paused':
        return t('paused', { percent })
      default:
        return en[props.one.state]
    }
  }
  const name = () => ({ name: props.one.name })
  return (
    <li data-state={props.one.state}>
      <div class="upload-words">
        <span class="ellipsis" dir="auto" title={props.one.name}>
          {props.one.name}
        </span>
        <small role={props.one.state === 'failed' ? 'alert' : undefined}>{status()}</small>
        <Show when={['waiting', 'running', 'paused'].includes(props.one.state)}>
          <progress max={1} value={props.one.part} aria-label={t('progress', name())} />
        </Show>
      </div>
      <Show when={props.one.state === 'running'}>
        <IconButton icon="pause" label={t('pause', name())} onClick={() => pause(props.one.id)} />
      </Show>
      <Show when={props.one.state === 'paused'}>
        <IconButton icon="play" label={t('resume', name())} onClick={() => resume(props.one.id)} />
      </Show>
      <Show when={props.one.state === 'failed' && !Object.values(en.problems).includes(props.one.problem as never)}>
        <IconButton icon="undo" label={t('retry', name())} onClick={() => resume(props.one.id)} />
      </Show>
      <Show when={props.one.state !== 'done' && props.one.state !== 'checking'}>
        <IconButton icon="close" label={t('cancel', name())} onClick={() => cancel(props.one.id)} />
      </Show>
    </li>
  )
}
