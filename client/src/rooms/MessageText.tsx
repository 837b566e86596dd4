import { For } from 'solid-js'
import { textParts } from './textParts.ts'

/** Plain text with its web addresses as links. */
export function MessageText(props: { text: string }) {
  return (
    <p class="message-text" dir="auto">
      <For each={textParts(props.text)}>
        {(part) =>
          part.href ? (
            <a href={part.href} target="_blank" rel="noopener noreferrer nofollow">
              {part.text}
            </a>
          ) : (
            part.text
          )
        }
      </For>
    </p>
  )
}
