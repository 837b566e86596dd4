import { For, lazy, Show, Suspense } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { messageEn } from './messageEn.ts'
import type { MessageHost } from './messageHost.ts'
import type { MessageRow } from './messageLog.ts'

const t = textsOf(messageEn)
const ReactionPicker = lazy(() => import('./ReactionPicker.tsx').then((module) => ({ default: module.ReactionPicker })))
/** More names would make a label that nobody listens to. */
const namedAtMost = 12

/** The emoji under a message, each with how many and who. */
export function Reactions(props: { row: MessageRow; host: MessageHost }) {
  const all = () => props.host.marks.reactionsOf(props.row.id)
  const names = (people: readonly string[]) => {
    const named = people.slice(0, namedAtMost).map((person) => (person === props.host.me ? messageEn.youToo : props.host.nameOf(person)))
    if (people.length > namedAtMost) named.push(`+${people.length - namedAtMost}`)
    return new Intl.ListFormat(document.documentElement.lang || 'en').format(named)
  }
  return (
    <Show when={all().length > 0}>
      <ul class="reactions" aria-label={messageEn.reactions}>
        <For each={all()}>
          {(reaction) => {
            const label = () => t('reactedOne', { people: names(reaction.people), emoji: reaction.emoji })
            return (
              <li>
                <button
                  type="button"
                  class="reaction"
                  aria-pressed={reaction.people.includes(props.host.me)}
                  title={label()}
                  disabled={!props.host.mayReact()}
                  onClick={() => props.host.react(props.row, reaction.emoji)}
                >
                  <span aria-hidden="true">{reaction.emoji}</span>
                  <span aria-hidden="true">{reaction.people.length}</span>
                  <span class="visually-hidden">{label()}</span>
                </button>
              </li>
            )
          }}
        </For>
        <Show when={props.host.mayReact()}>
          <li>
            <Suspense>
              <ReactionPicker onPick={(emoji) => props.host.react(props.row, emoji)} />
            </Suspense>
          </li>
        </Show>
      </ul>
    </Show>
  )
}
