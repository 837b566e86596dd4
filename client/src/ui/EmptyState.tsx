import { type JSX, Show } from 'solid-js'
import { Icon } from './Icon.tsx'
import type { IconName } from './icons.ts'
import './emptyState.css'

/** Nothing here yet: one sentence, one line why, and the one thing to do about it. */
export function EmptyState(props: { icon?: IconName; title: string; text?: string; children?: JSX.Element }) {
  return (
    <div class="empty">
      <Show when={props.icon}>{(name) => <Icon name={name()} />}</Show>
      <h2>{props.title}</h2>
      <Show when={props.text}>
        <p>{props.text}</p>
      </Show>
      <Show when={props.children}>
        <div class="empty-actions">{props.children}</div>
      </Show>
    </div>
  )
}
