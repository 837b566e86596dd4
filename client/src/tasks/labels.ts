import { ProblemError } from '../errors.ts'
import type { TaskStore } from './taskStore.ts'
import { createLabel, type LabelRow } from './tasks.ts'

const hues = 12

/** Makes a label in a colour of its own while there are any left; one that somebody made meanwhile is taken as it is. */
export async function newLabel(store: TaskStore, name: string): Promise<LabelRow> {
  const used = new Set(store.labels().map((label) => label.hue))
  const free = Array.from({ length: hues }, (_, place) => (place * 5) % hues).find((hue) => !used.has(hue))
  try {
    const label = await createLabel(store.space(), name, free ?? store.labels().length % hues)
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
