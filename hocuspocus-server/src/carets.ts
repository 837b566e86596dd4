import type { Document } from '@hocuspocus/server'
import { applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
import type { Notice } from './servers.ts'

export interface SharedCaretsOptions {
  isShared(documentId: string): boolean
  tell(notices: object[]): void
}

/** Shows carets to the people on other servers too. Each server says a few times a second what changed with its own people; what is lost
 *  comes with the next move, or with the renewal that every client sends. */
export interface SharedCarets {
  open(documentId: string, document: Document): void
  close(documentId: string): void
  /** Another server has opened the document: it hears who is here. */
  welcome(documentId: string): void
  hear(notice: Notice): void
  /** Takes the carets of a server away. */
  forget(serverId: string, documentId: string): void
  stop(): void
}

interface Entry {
  document: Document
  /** Clients on other servers. */
  elsewhere: Map<number, string>
  changed: Set<number>
}

interface Changes {
  added: number[]
  updated: number[]
  removed: number[]
}

const TELL_MS = 200
/** A notification is shorter than 8000 bytes. */
const MAX_NOTICE_LENGTH = 7_000

/** The origin of what another server said. */
interface Elsewhere {
  source: 'local'
  from: string
}

export function createSharedCarets({ isShared, tell }: SharedCaretsOptions): SharedCarets {
  const entries = new Map<string, Entry>()
  let timer: NodeJS.Timeout | undefined

  function tellSoon(): void {
    timer ??= setTimeout(() => {
      timer = undefined
      tell(notices())
    }, TELL_MS)
  }

  function notices(): object[] {
    const carets = [...entries].flatMap(([documentId, { document, changed }]) => {
      const clients = [...changed]
      changed.clear()
      return clients.map((client) => [documentId, Buffer.from(encodeAwarenessUpdate(document.awareness, [client])).toString('base64')])
    })
    const lists: string[][][] = []
    let room = 0
    for (const caret of carets) {
      const length = JSON.stringify(caret).length + 1
      if (length > room) {
        lists.push([])
        room = MAX_NOTICE_LENGTH
      }
      room -= length
      lists.at(-1)?.push(caret)
    }
    return lists.map((list) => ({ carets: list }))
  }

  return {
    open(documentId, document) {
      const entry: Entry = { document, elsewhere: new Map(), changed: new Set() }
      entries.set(documentId, entry)
      document.awareness.on('update', ({ added, updated, removed }: Changes, origin: unknown) => {
        const { from } = (origin ?? {}) as Partial<Elsewhere>
        for (const client of [...added, ...updated]) {
          if (from) entry.elsewhere.set(client, from)
          else entry.elsewhere.delete(client) // Whoever speaks here is here.
          if (!from) entry.changed.add(client)
        }
        for (const client of removed) if (!entry.elsewhere.delete(client) && !from) entry.changed.add(client)
        if (!isShared(documentId)) entry.changed.clear()
        else if (entry.changed.size > 0) tellSoon()
      })
    },

    close: (documentId) => void entries.delete(documentId),

    welcome(documentId) {
      const entry = entries.get(documentId)
      if (!entry) return
      for (const client of entry.document.awareness.getStates().keys()) if (!entry.elsewhere.has(client)) entry.changed.add(client)
      if (entry.changed.size > 0) tellSoon()
    },

    hear({ from, carets }) {
      for (const [documentId, update] of carets ?? []) {
        const entry = entries.get(documentId)
        if (!entry) continue
        const origin: Elsewhere = { source: 'local', from }
        applyAwarenessUpdate(entry.document.awareness, Buffer.from(update, 'base64'), origin)
      }
    },

    forget(serverId, documentId) {
      const entry = entries.get(documentId)
      if (!entry) return
      const gone = [...entry.elsewhere].flatMap(([client, server]) => (server === serverId ? client : []))
      const origin: Elsewhere = { source: 'local', from: serverId }
      removeAwarenessStates(entry.document.awareness, gone, origin)
    },

    stop: () => clearTimeout(timer),
  }
}
