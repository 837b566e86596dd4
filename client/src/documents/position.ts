import { generateKeyBetween } from 'fractional-indexing'
import type { Place } from './tree.ts'

/** The position of a place. Null, which is the last one, when a neighbour has none that the library made. */
export function positionIn({ after, before }: Pick<Place, 'after' | 'before'>): string | null {
  try {
    return generateKeyBetween(after, before)
  } catch {
    return null
  }
}
