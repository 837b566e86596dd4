import { generateKeyBetween } from 'fractional-indexing'

/** The order that people give: by position, and by id where two have the same. */
export const byPlace = <Placed extends { position: string; id: string }>(one: Placed, other: Placed): number =>
  one.position === other.position ? (one.id < other.id ? -1 : 1) : one.position < other.position ? -1 : 1

/** A key between two neighbours of a column. Two tasks with one key have their order by id, and no key between them. */
export function placeBetween(above: string | undefined, below: string | undefined): string {
  return above !== undefined && below !== undefined && above >= below
    ? generateKeyBetween(above, null)
    : generateKeyBetween(above ?? null, below ?? null)
}
