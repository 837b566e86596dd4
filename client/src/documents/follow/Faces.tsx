import { For, Show } from 'solid-js'
import { textsOf } from '../../i18n.ts'
import type { Person } from '../../islands/contract.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { Menu } from '../../ui/Menu.tsx'
import { pageEn as en } from '../pageEn.ts'
import type { Follow } from './follow.ts'
import './follow.css'

const t = textsOf(en)
const facesShown = 4

/** Who else has the page open. Pressing a face follows it. */
export function Faces(props: { people: Person[]; self: string; follow: Follow }) {
  const others = () => props.people.filter((person) => person.id !== props.self)
  const hidden = () => others().slice(facesShown)
  const isFollowed = (person: Person) => props.follow.following()?.id === person.id
  return (
    <Show when={others().length > 0}>
      <ul class="faces" aria-label={en.people}>
        <For each={others().slice(0, facesShown)}>
          {(person) => (
            <li>
              <button
                type="button"
                class="face"
                aria-label={t('follow.start', { name: person.name })}
                title={t('follow.title', { name: person.name })}
                aria-pressed={isFollowed(person)}
                onClick={() => props.follow.toggle(person)}
              >
                <Avatar id={person.id} name={person.name} ring />
              </button>
            </li>
          )}
        </For>
        <Show when={hidden().length > 0}>
          <li class="faces-more">
            <Menu
              label={t('follow.more', { count: hidden().length })}
              iconOnly
              triggerClass="face"
              trigger={<span aria-hidden="true">+{hidden().length}</span>}
              items={hidden().map((person) => ({
                label: t(isFollowed(person) ? 'follow.stop' : 'follow.start', { name: person.name }),
                icon: 'eye' as const,
                onSelect: () => props.follow.toggle(person),
              }))}
            />
          </li>
        </Show>
      </ul>
    </Show>
  )
}
