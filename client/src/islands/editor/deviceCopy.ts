import * as Y from 'yjs'
import { forgetText, joinParts, type KeptText, keepText, keepUpdate, keptText, readText } from '../../sync/texts.ts'

/** The copy of a document on this device. */
export interface DeviceCopy {
  /** Puts what is kept into the document, before anything else does.
   *  @returns undefined when nothing is kept */
  load(): Promise<Known | undefined>
  /** What is known of the document has changed.
   *  @param alone whether nobody but this device has what is typed now */
  note(known: Known, alone: boolean): void
  /** What is typed here outlives the page. */
  isKept(): boolean
  /** This person may not have it any more, or the server does not take it. */
  forget(): void
  close(): void
}

/** Whether the server lacks changes that were made here, and whether it let this person write last. */
type Known = Pick<KeptText, 'unsent' | 'writable'>

/** What is typed in this time is kept as one change, in milliseconds. A browser ends what a page begins to write while it is left. */
const gatherMs = 100

/** Keeps the text of a document on this device: it opens without network, and what is written then outlives its tab. */
export function keepOnDevice({ person, documentId, ydoc }: { person: string; documentId: string; ydoc: Y.Doc }): DeviceCopy {
  const openedAt = Date.now()
  let gathered: Uint8Array[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  /** One after another: what is forgotten is not written again by what was on its way. */
  let last: Promise<unknown> = Promise.resolve()
  let known: Known = { unsent: false, writable: true }
  let works = true
  let isAlone = false

  let isForgotten = false

  const inTurn = (work: () => Promise<unknown>) => {
    last = last
      .then(() => works && work())
      // Private windows and full disks: the page works as it does without a copy.
      .catch(() => {
        works = false
      })
  }
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (gathered.length === 0 || isForgotten) return
    const update = Y.mergeUpdates(gathered)
    gathered = []
    inTurn(() => keepUpdate(person, documentId, update))
  }
  const write = () => inTurn(() => keepText(person, { document: documentId, openedAt, ...known }))
  const onUpdate = (update: Uint8Array, origin: unknown) => {
    if (origin === copy) return
    gathered.push(update)
    timer ??= setTimeout(flush, isAlone ? 0 : gatherMs)
  }
  ydoc.on('update', onUpdate)
  const listening = new AbortController()
  document.addEventListener('visibilitychange', () => document.hidden && flush(), { signal: listening.signal })

  const copy: DeviceCopy = {
    async load() {
      try {
        const [found, updates] = await Promise.all([keptText(person, documentId), readText(person, documentId)])
        if (updates.length > 0) Y.applyUpdate(ydoc, Y.mergeUpdates(updates), copy)
        if (found) known = { unsent: found.unsent, writable: found.writable }
        write()
        return found && updates.length > 0 ? known : undefined
      } catch {
        works = false
      }
    },
    note({ unsent, writable }, alone) {
      isAlone = alone
      if (unsent === known.unsent && writable === known.writable) return
      known = { unsent, writable }
      flush()
      if (!isForgotten) write()
    },
    isKept: () => works && !isForgotten,
    forget() {
      isForgotten = true
      gathered = []
      clearTimeout(timer)
      ydoc.off('update', onUpdate)
      inTurn(() => forgetText(person, documentId))
    },
    close() {
      ydoc.off('update', onUpdate)
      listening.abort()
      flush()
      if (!isForgotten) inTurn(() => joinParts(person, documentId, Y.mergeUpdates))
    },
  }
  return copy
}
