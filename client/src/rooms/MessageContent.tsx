import { createMemo, lazy, Show, Suspense } from 'solid-js'
import type { ContentNode } from '../islands/contract.ts'
import { isEmojiAlone } from './content.ts'
import { MessageText } from './MessageText.tsx'
import './messageContent.css'

const RichContent = lazy(() => import('./RichContent.tsx'))
// It comes beside the first messages, not after them. Without it their plain text is shown.
RichContent.preload().catch(() => {})

/** What a message says. */
export function MessageContent(props: { content: ContentNode | null; text: string }) {
  const isLarge = createMemo(() => isEmojiAlone(props.text))
  return (
    <Show
      when={props.content}
      fallback={
        <Show when={isLarge()} fallback={<MessageText text={props.text} />}>
          <p class="message-text emoji-alone">{props.text}</p>
        </Show>
      }
    >
      {(content) => (
        <Suspense fallback={<MessageText text={props.text} />}>
          <RichContent content={content()} large={isLarge()} />
        </Suspense>
      )}
    </Show>
  )
}
