import { createMemo, createSignal, For, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import type { MemberRow } from '../rows.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Field } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { en } from './directEn.ts'
import './direct.css'

const t = textsOf(en)
/** More than this many nobody reads; typing a letter finds the others. */
const shownAtMost = 50

interface PeopleChoiceProps {
  label: string
  hint?: string
  people: readonly MemberRow[]
  chosen: readonly string[]
  onChoose(chosen: string[]): void
}

/** Chooses people by their names: typing filters, Enter takes the first, Backspace in the empty field the last one back. */
export function PeopleChoice(props: PeopleChoiceProps) {
  const [query, setQuery] = createSignal('')
  const found = createMemo(() => {
    const wanted = query().trim().toLocaleLowerCase()
    return props.people
      .filter((person) => !wanted || `${person.name} ${person.email ?? ''}`.toLocaleLowerCase().includes(wanted))
      .toSorted((one, other) => one.name.localeCompare(other.name))
      .slice(0, shownAtMost)
  })
  const isChosen = (id: string) => props.chosen.includes(id)
  const nameOf = (id: string) => props.people.find((person) => person.user_id === id)?.name ?? ''
  const toggle = (id: string) => props.onChoose(isChosen(id) ? props.chosen.filter((other) => other !== id) : [...props.chosen, id])

  function onKeyDown(event: KeyboardEvent) {
    const [first] = found()
    if (event.key === 'Enter' && query().trim() && first && !event.isComposing) {
      event.preventDefault()
      if (!isChosen(first.user_id)) toggle(first.user_id)
      setQuery('')
    } else if (event.key === 'Backspace' && !query()) props.onChoose(props.chosen.slice(0, -1))
  }

  return (
    <div class="people-choice">
      <Field
        label={props.label}
        name="people"
        autofocus
        autocomplete="off"
        {...(props.hint && { hint: props.hint })}
        value={query()}
        onInput={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <Show when={props.chosen.length > 0}>
        <div class="people-chosen">
          <For each={props.chosen}>
            {(id) => (
              <button type="button" aria-label={t('remove', { name: nameOf(id) })} onClick={() => toggle(id)}>
                <span class="ellipsis">{nameOf(id)}</span>
                <Icon name="close" />
              </button>
            )}
          </For>
        </div>
      </Show>
      <ul class="people-list" aria-label={props.label}>
        <For each={found()} fallback={<li class="muted">{props.people.length > 0 ? en.nobody : en.nobodyYet}</li>}>
          {(person) => (
            <li>
              <label>
                <input type="checkbox" checked={isChosen(person.user_id)} onChange={() => toggle(person.user_id)} />
                <Avatar id={person.user_id} name={person.name} />
                <span class="grow ellipsis" dir="auto">
                  {person.name}
                  <Show when={person.email}>
                    <small>{person.email}</small>
                  </Show>
                </span>
              </label>
            </li>
          )}
        </For>
      </ul>
    </div>
  )
}
