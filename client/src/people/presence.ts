import { createStore } from 'solid-js/store'
import type { Row } from '../../../sql/types.gen.ts'

/** Who is there and what they say of themselves, for all who show it. Here.tsx keeps it up. */

export type Presence = 'online' | 'away' | 'offline' | 'busy'
export type Status = Omit<Row<'statuses'>, 'updated_at'>

interface People {
  /** Whether it is known who is there: not without a connection, and never for a guest. */
  known: boolean
  there: Record<string, 'online' | 'away' | undefined>
  statuses: Record<string, Status | undefined>
}

export const [people, setPeople] = createStore<People>({ known: false, there: {}, statuses: {} })

export const statusOf = (person: string): Status | undefined => people.statuses[person]

/** Undefined while it is not known. */
export function presenceOf(person: string | null): Presence | undefined {
  if (!people.known || !person) return
  const there = people.there[person]
  return there && statusOf(person)?.do_not_disturb ? 'busy' : (there ?? 'offline')
}
