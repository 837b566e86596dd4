import type { HocuspocusProvider } from '@hocuspocus/provider'
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret'
import type { Person } from '../contract.ts'
import { hueOf, personOf } from './people.ts'

/** Carets and selections of the others. Names come from other browsers: they become text nodes, never markup. */
export function carets(provider: HocuspocusProvider, person: Person) {
  return CollaborationCaret.configure({
    provider,
    user: { id: person.id, name: person.name },
    render: (user) => caret(personOf(user)),
    selectionRender: (user) => {
      const other = personOf(user)
      return other ? { class: 'caret-selection', style: `--hue: ${hueOf(other.id)}` } : {}
    },
  })
}

function caret(person: Person | null): HTMLElement {
  const line = document.createElement('span')
  if (!person) return line
  line.className = 'caret'
  line.style.setProperty('--hue', String(hueOf(person.id)))
  const label = document.createElement('span')
  label.className = 'caret-name'
  label.textContent = person.name
  line.append(label)
  return line
}
