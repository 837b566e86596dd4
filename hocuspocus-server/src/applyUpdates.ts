import * as Y from 'yjs'

/** Applies updates in one transaction, in whatever order they come. */
export function applyUpdates(document: Y.Doc, updates: Iterable<Uint8Array>, origin?: unknown): void {
  document.transact(() => {
    for (const update of updates) Y.applyUpdate(document, update, origin)
    applyWaiting(document)
  }, origin)
}

/** Applies an update that somebody worked out on another copy. Throws when it builds on what is not here: the rest of it would wait, and be
 *  taken for done. What waits for other reasons is not looked at. */
export function applyWhole(document: Y.Doc, update: Uint8Array): void {
  Y.applyUpdate(document, update)
  const { structs, ds } = Y.decodeUpdate(update)
  const isHere = (client: number, end: number) => end <= Y.getState(document.store, client)
  const isWhole =
    structs.every(({ id, length }) => isHere(id.client, id.clock + length)) &&
    [...ds.clients].every(([client, ranges]) => ranges.every(({ clock, len }) => isHere(client, clock + len)))
  if (!isWhole) throw new Error('An edit builds on changes that are not here yet')
}

/** What waits in a document, and was tried since it came. */
const tried = new WeakMap<Y.Doc, Uint8Array>()

/** Applies what waits in a document although everything that it builds on is there. Of changes that came one by one and wait for each
 *  other, Yjs tries neither again: it looks for what they miss in the document, and not among what waits beside them. */
export function applyWaiting(document: Y.Doc): void {
  const { store } = document
  while (store.pendingStructs && tried.get(document) !== store.pendingStructs.update) {
    const { update } = store.pendingStructs
    const before = clocksOf(document)
    store.pendingStructs = null
    Y.applyUpdateV2(document, update)
    const rest = store.pendingStructs as Y.Doc['store']['pendingStructs']
    if (rest && clocksOf(document) === before) tried.set(document, rest.update)
  }
}

/** Grows with everything that is applied. */
function clocksOf({ store }: Y.Doc): number {
  let sum = 0
  for (const client of store.clients.keys()) sum += Y.getState(store, client)
  return sum
}
