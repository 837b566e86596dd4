import { createUniqueId, For, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { Icon } from '../ui/Icon.tsx'
import { pageEn as en } from './pageEn.ts'

const t = textsOf(en)

const offered = [
  ...'📄📝📌📎📚📖📅📊📈🧭🗺️💡🔬🧪⚙️🛠️🚀🎯🏁🏆🎨🎬📷🎵🏠🏢🌍🌱🌳☀️⭐🔥❄️🍎☕🐝🐢🦉❤️💬📣🔔🔒🔑✅❓⚠️🎁'.matchAll(/\p{Emoji}\uFE0F?/gu),
].map(([emoji]) => emoji)

/** An emoji in front of a title, chosen from a grid. */
export function IconPicker(props: { icon: string | null; onChoose(icon: string | null): void }) {
  const id = createUniqueId()
  let popover!: HTMLFieldSetElement
  const choose = (icon: string | null) => {
    popover.hidePopover()
    if (icon !== props.icon) props.onChoose(icon)
  }
  return (
    <>
      <button
        type="button"
        class="document-icon"
        classList={{ none: !props.icon }}
        popovertarget={id}
        aria-label={props.icon ? t('changeIcon', { icon: props.icon }) : en.addIcon}
        title={en.icon}
      >
        <Show
          when={props.icon}
          fallback={
            <>
              <Icon name="plus" /> {en.addIcon}
            </>
          }
        >
          {props.icon}
        </Show>
      </button>
      <fieldset id={id} ref={popover} popover class="menu icon-grid" aria-label={en.icon}>
        <For each={offered}>
          {(emoji) => (
            <button type="button" aria-pressed={emoji === props.icon} onClick={() => choose(emoji)}>
              {emoji}
            </button>
          )}
        </For>
        <button type="button" class="button outline" onClick={() => choose(null)}>
          {en.noIcon}
        </button>
      </fieldset>
    </>
  )
}
