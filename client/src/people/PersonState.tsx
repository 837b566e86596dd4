import { Show } from 'solid-js'
import { en } from './en.ts'
import { presenceOf, statusOf } from './presence.ts'
import { statusWords } from './status.ts'
import './people.css'

/** Beside a name: the emoji of the person's status, and in words whether he is there and what he says of himself. */
export function PersonState(props: { id: string; withText?: boolean }) {
  const status = () => statusOf(props.id)
  const presence = () => {
    const known = presenceOf(props.id)
    return known && en[known]
  }
  const words = () => [presence(), statusWords(props.id)].filter(Boolean).join(', ')
  return (
    <Show when={words()}>
      <Show when={status()}>
        {(shown) => (
          <span class="person-status" title={statusWords(props.id)} aria-hidden="true">
            <Show when={shown().emoji}>
              <span>{shown().emoji}</span>
            </Show>
            <Show when={props.withText && shown().text}>
              <span class="ellipsis" dir="auto">
                {shown().text}
              </span>
            </Show>
          </span>
        )}
      </Show>
      <span class="visually-hidden">, {words()}</span>
    </Show>
  )
}
