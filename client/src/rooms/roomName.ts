import type { RoomRow } from '../rows.ts'
import { en } from './en.ts'

interface Names {
  nameOf(person: string): string | undefined
}

/** Whose direct conversation it is, besides one's own, by name; nobody for a room. */
export function othersIn(room: Pick<RoomRow, 'people'>, people: Names, me: string): { id: string; name: string }[] {
  return (room.people ?? [])
    .filter((person) => person !== me)
    .map((id) => ({ id, name: people.nameOf(id) ?? en.gone }))
    .sort((one, other) => one.name.localeCompare(other.name))
}

/** What a room is called: a direct conversation by the people in it. */
export function roomName(room: Pick<RoomRow, 'name' | 'people'> | undefined, people: Names, me: string): string {
  if (!room) return en.gone
  return (
    room.name ||
    othersIn(room, people, me)
      .map((person) => person.name)
      .join(', ')
  )
}
