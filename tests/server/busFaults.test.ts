import { randomUUID } from 'node:crypto'
import { Document } from '@hocuspocus/server'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { type Bus, createBus } from '../../hocuspocus-server/src/bus.ts'
import { createDatabase as createStore, SERVERS, type Database as Store } from '../../hocuspocus-server/src/database.ts'
import { documentName } from '../../hocuspocus-server/src/protocol.ts'
import { createDatabase, type Database } from '../support/database.ts'
import { SOON, textOf, write } from './collaboration.ts'
import { createTeam, type Team } from './team.ts'

let database: Database
let team: Team
let author: string
const running = new Set<() => Promise<void>>()

beforeAll(async () => {
  database = await createDatabase()
  team = await createTeam(database)
  author = await team.person('Anna', 'editor')
})
afterEach(async () => {
  await Promise.all([...running].map((stop) => stop()))
  running.clear()
})
afterAll(async () => {
  await team?.close()
  await database?.drop()
})

interface Server {
  bus: Bus
  open(documentId: string): Promise<Document>
  /** Commits a line that somebody typed here. */
  type(documentId: string, text: string): Promise<void>
}

/** A bus on a real database whose statements `faults` may lose. */
async function start(faults: (store: Store) => Partial<Store> = () => ({})): Promise<Server> {
  const store = createStore(database.url('atrium_collab'))
  const bus = createBus({
    serverId: randomUUID(),
    database: { ...store, ...faults(store) },
    onArrived: () => {},
    clock: Date.now,
    report: () => {},
  })
  const isListening = new Promise<void>((resolve) => {
    store.listen({ [SERVERS]: bus.hear }, () => {
      bus.catchUp()
      resolve()
    })
  })
  bus.start()
  running.add(async () => {
    await bus.stop()
    await store.close()
  })
  await isListening
  return {
    bus,
    async open(documentId) {
      const document = new Document(documentName(documentId))
      bus.opening(documentId, document)
      bus.opened(documentId, await store.load(documentId))
      return document
    },
    async type(documentId, text) {
      const typed = new Y.Doc()
      write(typed, text)
      await bus.append([{ documentId, authorId: author, update: Y.encodeStateAsUpdate(typed) }])
    },
  }
}

/** Servers that know each other. */
async function meet(...servers: Server[]): Promise<void> {
  const documentId = await team.document()
  for (const { bus } of servers) bus.catchUp()
  await expect.poll(() => servers.every(({ bus }) => bus.announcement([documentId])), SOON).toBe(true)
}

/** What waits for it goes on when it is opened. */
function gate() {
  let open = Promise.resolve()
  return {
    get passage() {
      return open
    },
    close(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>()
      open = promise
      return resolve
    },
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
/** By then a server takes a document that nobody else has spoken of for its own. */
const UNSHARED_MS = 2_500

test('[COL16] servers find each other in a document although the notice of who opened it was lost', async () => {
  const documentId = await team.document()
  let lost = 0
  const [east, west] = [
    await start((store) => ({
      async notify(channel, payloads) {
        if (lost === 0 && payloads.some((payload) => payload.includes(documentId))) {
          lost++
          throw new Error('The connection was lost')
        }
        return store.notify(channel, payloads)
      },
    })),
    await start(),
  ]
  await meet(east, west)
  await west.open(documentId)
  await pause(UNSHARED_MS)
  const here = await east.open(documentId)
  await west.type(documentId, 'later')
  await expect.poll(() => textOf(here), SOON).toBe('later')
  expect(lost).toBe(1)
})

test('[COL16] what was announced and could not be read comes when its server has let go of the document', async () => {
  const documentId = await team.document()
  const looks = gate()
  let goOn: (() => void) | undefined
  const [east, west] = [
    await start((store) => ({
      async read(positions) {
        if (goOn) return store.read(positions)
        goOn = looks.close()
        throw new Error('The connection was lost')
      },
      async meetServers(serverId) {
        await looks.passage
        return store.meetServers(serverId)
      },
    })),
    await start(),
  ]
  await meet(east, west)
  const there = await west.open(documentId)
  const here = await east.open(documentId)
  await west.type(documentId, 'one')
  await expect.poll(() => goOn).toBeDefined()
  west.bus.closed(documentId, there)
  await pause(500)
  goOn?.()
  await expect.poll(() => textOf(here), SOON).toBe('one')
})

test('[COL16] what a server writes and closes before it hears who else has opened the document arrives', async () => {
  const notices = gate()
  const [east, west] = [
    await start((store) => ({
      async notify(channel, payloads) {
        await notices.passage
        return store.notify(channel, payloads)
      },
    })),
    await start(),
  ]
  await meet(east, west)
  const documentId = await team.document()
  const there = await west.open(documentId)
  await pause(UNSHARED_MS)
  const goOn = notices.close()
  const here = await east.open(documentId)
  await west.type(documentId, 'last words')
  west.bus.closed(documentId, there)
  goOn()
  await expect.poll(() => textOf(here), SOON).toBe('last words')
})
