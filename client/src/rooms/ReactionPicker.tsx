import { createSignal, createUniqueId, For, lazy, Show, Suspense } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { Icon } from '../ui/Icon.tsx'
import { messageEn } from './messageEn.ts'

const t = textsOf(messageEn)
const EmojiPicker = lazy(() => import('../emoji/EmojiPicker.tsx').then((module) => ({ default: module.EmojiPicker })))

/** What most reactions are. */
export const quickReactions = ['👍', '❤️', '😄', '🎉', '✅', '👀', '🙏'] as const

/** A button with the emoji to choose from: the usual ones at once, all of them one press further. */
export function ReactionPicker(props: { onPick(emoji: string): void }) {
  const id = createUniqueId()
  const [shown, setShown] = createSignal<'usual' | 'all'>()
  let popover!: HTMLFieldSetElement
  const close = () => popover.hidePopover()
  const pick = (emoji: string) => {
    close()
    props.onPick(emoji)
  }
  return (
    <>
      <button type="button" class="button quiet icon-only" popovertarget={id} aria-label={messageEn.react} title={messageEn.react}>
        <Icon name="smile" />
      </button>
      <fieldset
        id={id}
        ref={popover}
        popover
        class="menu reaction-grid"
        classList={{ all: shown() === 'all' }}
        aria-label={messageEn.react}
        on:beforetoggle={(event) => (event as ToggleEvent).newState === 'open' && setShown('usual')}
        on:toggle={(event) => (event as ToggleEvent).newState === 'closed' && setShown(undefined)}
      >
        <Show when={shown() === 'usual'}>
          <For each={quickReactions}>
            {(emoji) => (
              <button type="button" aria-label={t('reactWith', { emoji })} onClick={() => pick(emoji)}>
                {emoji}
              </button>
            )}
          </For>
          <button type="button" aria-label={messageEn.moreReactions} title={messageEn.moreReactions} onClick={() => setShown('all')}>
            <Icon name="more" />
          </button>
        </Show>
        <Show when={shown() === 'all'}>
          <Suspense>
            <EmojiPicker onPick={pick} onClose={close} />
          </Suspense>
        </Show>
      </fieldset>
    </>
  )
}
