import { useNavigate } from '@solidjs/router'
import { createEffect, createMemo, createSignal, createUniqueId, For, onCleanup, onMount, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { Icon } from '../ui/Icon.tsx'
import { createCommands } from './commands.ts'
import { en } from './en.ts'
import { ranked } from './ranking.ts'
import { useShell } from './shellState.ts'
import './palette.css'

const t = textsOf(en)
/** So many of each group while nothing is typed, and in all. */
const perGroup = 5
const most = 40

/** Find, go and do, from one input: a combobox over a list, in a dialog. */
export default function Palette() {
  let dialog!: HTMLDialogElement
  const shell = useShell()
  const navigate = useNavigate()
  const commands = createCommands()
  const listId = createUniqueId()
  const [typed, setTyped] = createSignal('')
  const [chosen, setChosen] = createSignal(0)
  const before = document.activeElement

  const groups = createMemo(() => {
    const kept = typed().trim()
      ? commands().map((group) => ({ ...group, entries: ranked(typed(), group.entries, most) }))
      : commands().map((group) => ({ ...group, entries: group.entries.slice(0, perGroup) }))
    const query = typed().trim()
    if (query) {
      const label = t('palette.searchFor', { query })
      kept.push({ label: t('searchMessages'), entries: [{ label, icon: 'search', href: paths.search(query) }] })
    }
    return kept.filter((group) => group.entries.length > 0)
  })
  const entries = createMemo(() => groups().flatMap((group) => group.entries))
  const optionId = (index: number) => `${listId}-${index}`

  onMount(() => dialog.showModal())
  onCleanup(() => {
    // Only when nothing else took the focus meanwhile, such as the heading of the page that was chosen.
    if (document.activeElement === document.body && before instanceof HTMLElement && before.isConnected) before.focus()
  })
  createEffect(() => document.getElementById(optionId(chosen()))?.scrollIntoView({ block: 'nearest' }))

  function run(index: number) {
    const entry = entries()[index]
    if (!entry) return
    dialog.close()
    if (entry.href) navigate(entry.href)
    entry.onSelect?.()
  }

  function onKeyDown(event: KeyboardEvent) {
    const count = entries().length
    if (event.key === 'ArrowDown') setChosen(count && (chosen() + 1) % count)
    else if (event.key === 'ArrowUp') setChosen(count && (chosen() + count - 1) % count)
    else if (event.key === 'Enter' && !event.isComposing) run(chosen())
    else return
    event.preventDefault()
  }

  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label={t('palette.title')}
      onClose={() => shell.setPalette(false)}
      on:click={(event) => {
        if (event.target === dialog) dialog.close()
      }}
    >
      <div class="palette-input">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={entries().length > 0 ? optionId(chosen()) : undefined}
          aria-label={t('palette.placeholder')}
          placeholder={t('palette.placeholder')}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => {
            setTyped(event.currentTarget.value)
            setChosen(0)
          }}
          onKeyDown={onKeyDown}
        />
        <kbd class="only-keys">esc</kbd>
      </div>
      <div role="listbox" id={listId} class="palette-list" aria-label={t('palette.results')}>
        <For each={groups()}>
          {(group) => (
            // biome-ignore lint/a11y/useSemanticElements: a fieldset may not stand in a listbox
            <div role="group" aria-label={group.label}>
              <div class="palette-group" aria-hidden="true">
                {group.label}
              </div>
              <For each={group.entries}>
                {(entry) => {
                  const index = () => entries().indexOf(entry)
                  return (
                    // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the input keeps the focus and has the keys
                    <div
                      role="option"
                      id={optionId(index())}
                      class="palette-option"
                      aria-selected={index() === chosen()}
                      onMouseMove={() => setChosen(index())}
                      onClick={() => run(index())}
                    >
                      <Icon name={entry.icon} />
                      <span class="ellipsis">{entry.label}</span>
                      <Show when={entry.keys}>
                        <kbd class="only-keys">{entry.keys}</kbd>
                      </Show>
                      <Show when={entry.hint}>
                        <span class="hint ellipsis">{entry.hint}</span>
                      </Show>
                    </div>
                  )
                }}
              </For>
            </div>
          )}
        </For>
      </div>
      <p class="palette-none" role="status">
        {entries().length === 0 ? t('palette.none') : ''}
      </p>
    </dialog>
  )
}
