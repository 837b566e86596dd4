import { inStore } from './database.ts'

/** The text of a page that this device keeps. */
export interface KeptText {
  document: string
  /** When it was opened last, in milliseconds since 1970. */
  openedAt: number
  /** It has changes that the server has not acknowledged. */
  unsent: boolean
  /** Whether the server let this person write in it last. */
  writable: boolean
}

interface Update {
  document: string
  at: number
  /** Tells changes of one moment apart. */
  part: string
  update: Uint8Array
}

/** Sent to the window when texts that waited were sent, or refused. */
export const textsEvent = 'atrium:texts'

/** So many texts are kept beside those that wait to be sent: the ones that were opened last. */
const mostTexts = 60
/** A text in more parts than this is written anew, as one. */
const mostParts = 20

const partsOf = (document: string) => IDBKeyRange.bound([document], [document, []])
const updatesOf = (person: string, document: string) =>
  inStore<Update[]>(person, 'textParts', 'readonly', (all) => all.getAll(partsOf(document)))

/** The parts of a text, each of them changes for Yjs; none where nothing is kept. */
export const readText = async (person: string, document: string): Promise<Uint8Array[]> =>
  (await updatesOf(person, document)).map(({ update }) => update)

/** What is known of a text that is kept. */
export const keptText = (person: string, document: string): Promise<KeptText | undefined> =>
  inStore<KeptText | undefined>(person, 'texts', 'readonly', (all) => all.get(document))

/** Keeps a change of a text. */
export async function keepUpdate(person: string, document: string, update: Uint8Array): Promise<void> {
  const row: Update = { document, at: Date.now(), part: crypto.randomUUID(), update }
  await inStore(person, 'textParts', 'readwrite', (all) => all.add(row))
}

/** Says what is known of a text; the ones that were opened least lately make room. */
export async function keepText(person: string, text: KeptText): Promise<void> {
  await inStore(person, 'texts', 'readwrite', (all) => all.put(text))
  const kept = await allTexts(person)
  if (kept.length <= mostTexts) return
  const old = kept.sort((one, other) => other.openedAt - one.openedAt).slice(mostTexts)
  for (const { document, unsent } of old) if (!unsent) await forgetText(person, document)
}

/** Makes one part of many.
 *  @param merge of Yjs, which whoever opens no text does not load */
export async function joinParts(person: string, document: string, merge: (updates: Uint8Array[]) => Uint8Array): Promise<void> {
  const parts = await updatesOf(person, document)
  if (parts.length <= mostParts) return
  // What another tab adds meanwhile stays.
  await keepUpdate(person, document, merge(parts.map(({ update }) => update)))
  for (const { at, part } of parts) await inStore(person, 'textParts', 'readwrite', (all) => all.delete([document, at, part]))
}

export const allTexts = (person: string): Promise<KeptText[]> => inStore<KeptText[]>(person, 'texts', 'readonly', (all) => all.getAll())

/** The texts with changes that wait to be sent. */
export const unsentTexts = async (person: string): Promise<KeptText[]> => (await allTexts(person)).filter(({ unsent }) => unsent)

export async function forgetText(person: string, document: string): Promise<void> {
  await inStore(person, 'textParts', 'readwrite', (all) => all.delete(partsOf(document)))
  await inStore(person, 'texts', 'readwrite', (all) => all.delete(document))
}

/** Forgets texts that the server has: all of them, or those of pages that are gone. */
export async function forgetSentTexts(person: string, gone?: readonly string[]): Promise<void> {
  for (const { document, unsent } of await allTexts(person)) {
    if (!unsent && (gone?.includes(document) ?? true)) await forgetText(person, document)
  }
}
