import type { Person } from '../contract.ts'

const nameLimit = 80

/** The people in a set of awareness states. Others write these states, so each field is checked; a person with two tabs counts once. */
export function peopleOf(states: Iterable<unknown>): Person[] {
  const people = new Map<string, Person>()
  for (const state of states) {
    const person = personOf((state as { user?: unknown } | null)?.user)
    if (person) people.set(person.id, person)
  }
  return [...people.values()]
}

export function personOf(user: unknown): Person | null {
  const { id, name } = (user ?? {}) as { id?: unknown; name?: unknown }
  return typeof id === 'string' && typeof name === 'string' ? { id, name: name.slice(0, nameLimit) } : null
}

/** One of twelve hues in degrees, the same for a person everywhere (ui/Avatar.tsx draws with the same number). */
export function hueOf(id: string): number {
  let hash = 0
  for (let index = 0; index < id.length; index++) hash = (hash * 31 + id.charCodeAt(index)) >>> 0
  return (hash % 12) * 30
}
