import { For } from 'solid-js'
import { plural, relativeTime, textsOf } from '../i18n.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { messageEn } from './messageEn.ts'
import type { MessageHost } from './messageHost.ts'
import type { MessageRow } from './messageLog.ts'
import { fullTime } from './time.ts'

const t = textsOf(messageEn)

export const repliesOf = (count: number): string => plural(count, { one: messageEn.repliesOne, other: t('replies', { count }) })

/** How much was said in the thread of a message, by whom and when: the way into it. */
export function ThreadSummary(props: { row: MessageRow; host: MessageHost }) {
  const replies = () => repliesOf(props.row.reply_count)
  return (
    <button type="button" class="thread-summary" onClick={() => props.host.openThread?.(props.row.id)}>
      <span class="thread-faces" aria-hidden="true">
        <For each={props.host.marks.repliersOf(props.row.id)}>{(person) => <Avatar id={person} name={props.host.nameOf(person)} />}</For>
      </span>
      <span class="visually-hidden">{messageEn.openThread}</span>
      <strong>{replies()}</strong>
      <span class="muted" title={props.row.last_reply_at ? fullTime(props.row.last_reply_at) : ''}>
        {props.row.last_reply_at ? t('lastReply', { when: relativeTime(props.row.last_reply_at) }) : ''}
      </span>
    </button>
  )
}
