import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import WebSocket from 'ws'
import * as Y from 'yjs'
import { documentName, FRAGMENT } from '../../hocuspocus-server/src/protocol.ts'
import { MESSAGE, readHeader, SYNC } from '../../hocuspocus-server/src/wire.ts'
import { startCollaboration, tokenFor } from '../server/process.ts'
import { createTeam, type Team } from '../server/team.ts'
import { startCluster } from '../support/cluster.ts'
import { createDatabase } from '../support/database.ts'
import { measureLoad } from './collaborationRates.ts'
import type { Report } from './run.ts'

const CLIENTS = [2, 200]
const KEYSTROKES = 100
/** Between two keystrokes in the document, whoever makes them. */
const PAUSE_MS = 10
/** So many clients look at the clock; the others only receive. */
const OBSERVERS = 8

/** One keystroke on its way to the others in the document, against a bare `ws` relay; and until it is committed. */
export async function bench(report: Report): Promise<void> {
  const { cluster, stop } = await startCluster()
  const database = await createDatabase(cluster)
  const team = await createTeam(database)
  const server = await startCollaboration(database.url('atrium_collab'), {
    MAX_CONNECTIONS_PER_ADDRESS: '2000',
    MAX_UPDATES_PER_SECOND: '100000',
  })
  const relay = spawn(process.execPath, [fileURLToPath(new URL('bareRelay.ts', import.meta.url))], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const relayUrl = `ws://127.0.0.1:${await firstLine(relay)}`
    for (const clients of CLIENTS) {
      const ours: Times = { relayed: [], acknowledged: [] }
      const bare: Times = { relayed: [], acknowledged: [] }
      await type(await joinDocument(server.url, team, clients), ours)
      await type(await connectAll(relayUrl, clients), bare)
      for (const share of [0.5, 0.99]) {
        const [value, peer] = [quantile(ours.relayed, share), quantile(bare.relayed, share)]
        const what = `with ${clients} clients, p${share * 100}`
        report({ name: `A keystroke reaches the others ${what}`, value, unit: 'ms', peer, ratio: value / peer })
        report({ name: `A keystroke is committed ${what}`, value: quantile(ours.acknowledged, share), unit: 'ms' })
      }
    }
    await measureLoad(report, { server, team, relayUrl })
  } finally {
    relay.kill()
    await server.end('SIGTERM')
    await team.close()
    await database.drop()
    await stop()
  }
}

interface Times {
  /** Milliseconds from sending to each observer. */
  relayed: number[]
  /** Milliseconds from sending to the acknowledgement of the commit. */
  acknowledged: number[]
}

interface Client {
  socket: WebSocket
  name: string
}

async function connectAll(url: string, count: number, name = documentName(crypto.randomUUID())): Promise<Client[]> {
  const sockets = Array.from({ length: count }, () => new WebSocket(url, { perMessageDeflate: false }))
  await Promise.all(sockets.map((socket) => once(socket, 'open')))
  return sockets.map((socket) => ({ socket, name }))
}

async function joinDocument(url: string, team: Team, count: number): Promise<Client[]> {
  const clients = await connectAll(url, count, documentName(await team.document()))
  const token = await tokenFor(await team.person('Typist', 'editor'))
  for (const { socket, name } of clients) {
    const joined = nextMessage(socket, ({ type, kind }) => type === MESSAGE.sync && kind === SYNC.step2)
    socket.send(message(name, [MESSAGE.auth, 0], Buffer.from(token)))
    socket.send(message(name, [MESSAGE.sync, SYNC.step1], Buffer.from([0])))
    await joined
  }
  return clients
}

/** Everybody types in turn. */
async function type(clients: Client[], times: Times): Promise<void> {
  const isBare = clients.length > 0 && !(clients[0] as Client).socket.url.includes('/collab')
  const documents = clients.map(() => new Y.Doc())
  for (let stroke = 0; stroke < KEYSTROKES; stroke++) {
    const turn = stroke % clients.length
    const { socket, name } = clients[turn] as Client
    const update = keystroke(documents[turn] as Y.Doc)
    const observers = clients.filter((client) => client.socket !== socket).slice(0, OBSERVERS)
    const sentAt = performance.now()
    const arrivals = observers.map(async (observer) => {
      await nextMessage(observer.socket, ({ type, kind }) => type === MESSAGE.sync && kind === SYNC.update)
      times.relayed.push(performance.now() - sentAt)
    })
    const acknowledgement = isBare ? undefined : nextMessage(socket, ({ type }) => type === MESSAGE.syncStatus)
    socket.send(message(name, [MESSAGE.sync, SYNC.update], update))
    if (acknowledgement) times.acknowledged.push((await acknowledgement) - sentAt)
    await Promise.all(arrivals)
    await pause(PAUSE_MS)
  }
  for (const { socket } of clients) socket.terminate()
}

function keystroke(document: Y.Doc): Uint8Array {
  let update = new Uint8Array()
  document.once('update', (bytes: Uint8Array) => {
    update = Uint8Array.from(bytes)
  })
  document.getXmlFragment(FRAGMENT).insert(0, [new Y.XmlText('a')])
  return update
}

/** When the first message arrives that is meant. */
function nextMessage(socket: WebSocket, isMeant: (header: ReturnType<typeof readHeader>) => boolean): Promise<number> {
  return new Promise((resolve) => {
    const listen = (data: WebSocket.RawData) => {
      if (!isMeant(readHeader(data as Buffer))) return
      socket.off('message', listen)
      resolve(performance.now())
    }
    socket.on('message', listen)
  })
}

/** A message of the Hocuspocus protocol; text and bytes are written alike, after their length. */
function message(name: string, numbers: [type: number, kind: number], payload: Uint8Array): Uint8Array {
  const address = Buffer.from(name)
  return Buffer.concat([Buffer.from(varUint(address.length)), address, Buffer.from([...numbers, ...varUint(payload.length)]), payload])
}

const varUint = (value: number): number[] => (value < 128 ? [value] : [128 | (value & 127), ...varUint(value >>> 7)])

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
}

async function firstLine(child: ChildProcess): Promise<string> {
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string]
  return line
}
