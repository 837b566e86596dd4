import { ProblemError } from '../errors.ts'
import type { TaskStore } from './taskStore.ts'
import { createLabel, type LabelRow } from './tasks.ts'

const hues = 12

/** A colour that no label of the board has, while there is any. */
export function freeHue(labels: readonly LabelRow[]): number {
  const used = new Set(labels.map((label) => label.hue))
  return Array.from({ length: hues }, (_, place) => (place * 5) % hues).find((hue) => !used.has(hue)) ?? labels.length % hues
}

/** Makes a label in a colour of its own; one that somebody made meanwhile is taken as it is. */
export async function newLabel(store: TaskStore, name: string): Promise<LabelRow> {
  try {
    const label = await createLabel(store.space(), name, freeHue(store.labels()))
    store.putLabel(label)
    return label
  } catch (error) {
    if (!(error instanceof ProblemError) || error.status !== 409) throw error
    await store.load()
    const known = store.labels().find((label) => label.name.toLowerCase() === name.toLowerCase())
    if (!known) throw error
    return known
  }
}
