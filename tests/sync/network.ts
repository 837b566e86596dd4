import type { OutboxStore, Waiting } from '../../client/src/sync/outbox.ts'

/** Small and repeatable: the same seed, the same choices. */
export function random(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

export const freshSeeds = (count: number) => Array.from({ length: count }, () => Math.floor(Math.random() * 1_000_000))

/** What a browser keeps for one person while tabs come and go. */
export function makeStore(): OutboxStore {
  const kept = new Map<string, Waiting>()
  return {
    all: async () => structuredClone([...kept.values()]),
    put: async (entry) => void kept.set(entry.id, structuredClone(entry)),
    drop: async (id) => void kept.delete(id),
  }
}
