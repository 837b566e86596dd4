import { type Database, SERVERS } from './database.ts'

export interface ServersOptions {
  id: string
  database: Pick<Database, 'meetServers' | 'leaveServers' | 'notify'>
  clock(): number
  /** Another server has opened a document that is open here, or the other way round. Until then its commits were announced if it
   *  `wasShared`. */
  onShared(documentId: string, wasShared: boolean): void
  /** Another server has let go of a document, or is gone. */
  onLeft(serverId: string, documentId: string): void
  report(message: string, error?: unknown): void
}

/** Which other collaboration servers are running, and which documents are open here and there. A server that is alone, or has its
 *  documents for itself, tells nobody anything. */
export interface Servers {
  open(documentId: string): void
  close(documentId: string): void
  /** Whether somebody else may have to hear of what happens in a document. */
  isShared(documentId: string): boolean
  shared(): string[]
  areThereOthers(): boolean
  /** Takes a notice of another server; false when it is of another kind. */
  hear(notice: Notice): boolean
  /** Says that this server is here, and finds out who else is, and whether they may have written what nobody told this one. Who
   *  `hasMissed` notices, or could not send some, greets everybody. */
  meet(hasMissed: boolean): Promise<{ mayHaveMissed: boolean }>
  tell(notices: object[]): void
  leave(): Promise<void>
}

/** What servers say to each other, as JSON. */
export interface Notice {
  from: string
  opened?: string[]
  /** The documents of `opened` were heard of as open elsewhere: nobody answers. */
  isAnswer?: boolean
  closed?: string[]
  /** Documents and awareness updates in base64, see carets.ts. */
  carets?: [documentId: string, update: string][]
}

/** A document that was just opened counts as shared until others had time to say whether they have it. */
const ANSWER_MS = 2_000
const DOCUMENTS_PER_NOTICE = 150

export function createServers({ id, database, clock, onShared, onLeft, report }: ServersOptions): Servers {
  /** document → when it was opened here */
  const mine = new Map<string, number>()
  /** document → the others who have it open too */
  const sharers = new Map<string, Set<string>>()
  const others = new Set<string>()
  /** Notices were lost on their way to the database. */
  let isUntold = false

  function tell(notices: object[]): void {
    if (others.size > 0) send(notices)
  }

  function send(notices: object[]): void {
    if (notices.length === 0) return
    const payloads = notices.map((notice) => JSON.stringify({ from: id, ...notice }))
    database.notify(SERVERS, payloads).catch((error: unknown) => {
      isUntold = true
      report('Other servers cannot be told; trying again', error)
    })
  }

  const opened = (documentIds: string[], isAnswer: boolean) => tell(chunks(documentIds).map((chunk) => ({ opened: chunk, isAnswer })))

  function isShared(documentId: string): boolean {
    if (others.size === 0) return false
    return sharers.has(documentId) || clock() - (mine.get(documentId) ?? 0) < ANSWER_MS
  }

  function isNew(serverId: string): boolean {
    if (others.has(serverId)) return false
    others.add(serverId)
    return true
  }

  function share(serverId: string, documentIds: string[]): string[] {
    return documentIds.filter((documentId) => {
      if (!mine.has(documentId)) return false
      const known = sharers.get(documentId) ?? new Set()
      if (known.has(serverId)) return true
      const wasShared = isShared(documentId)
      sharers.set(documentId, known.add(serverId))
      onShared(documentId, wasShared)
      return true
    })
  }

  function unshare(serverId: string, documentIds: Iterable<string>): void {
    for (const documentId of documentIds) {
      const known = sharers.get(documentId)
      if (!known?.delete(serverId)) continue
      if (known.size === 0) sharers.delete(documentId)
      onLeft(serverId, documentId)
    }
  }

  return {
    tell,

    open(documentId) {
      mine.set(documentId, clock())
      opened([documentId], false)
    },

    close(documentId) {
      mine.delete(documentId)
      sharers.delete(documentId)
      tell([{ closed: [documentId] }])
    },

    isShared,
    shared: () => [...sharers.keys()],
    areThereOthers: () => others.size > 0,

    hear({ from, opened: documentIds, isAnswer, closed }) {
      if (from === id) return true
      const isStranger = isNew(from)
      if (closed) unshare(from, closed)
      else if (documentIds) {
        const both = share(from, documentIds)
        if (isStranger) opened([...mine.keys()], true)
        else if (!isAnswer && both.length > 0) opened(both, true)
      } else return false
      return true
    },

    async meet(hasMissed) {
      const { wasKnown, others: present } = await database.meetServers(id)
      const isGreeting = hasMissed || isUntold
      isUntold = false
      const strangers = present.filter(isNew)
      if (isGreeting) send([{ opened: [], isAnswer: true }])
      if (isGreeting || strangers.length > 0) opened([...mine.keys()], false)
      for (const serverId of others) {
        if (present.includes(serverId)) continue
        others.delete(serverId)
        unshare(serverId, [...sharers.keys()])
      }
      return { mayHaveMissed: !wasKnown || present.length > 0 }
    },

    async leave() {
      tell(chunks([...mine.keys()]).map((closed) => ({ closed })))
      await database.leaveServers(id)
    },
  }
}

function chunks(documentIds: string[]): string[][] {
  return Array.from({ length: Math.ceil(documentIds.length / DOCUMENTS_PER_NOTICE) }, (_, part) =>
    documentIds.slice(part * DOCUMENTS_PER_NOTICE, (part + 1) * DOCUMENTS_PER_NOTICE),
  )
}
