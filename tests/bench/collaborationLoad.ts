import { once } from 'node:events'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import WebSocket from 'ws'
import * as Y from 'yjs'
import { MESSAGE, SYNC } from '../../hocuspocus-server/src/wire.ts'

// Types into documents at a given rate, whatever the server does, and looks at the clock when a letter arrives. One line of JSON in is
// a task, one out its result; a process of its own, so that it takes nothing from the server's thread.

export interface Plan {
  /** What is spoken: Hocuspocus puts the document's name before each message, y-websocket and the bare relay do not. */
  protocol: 'hocuspocus' | 'y-websocket'
  url: string
  documents: string[]
  token: string
  clientsPerDocument: number
  /** So many of them look at the clock; the others only receive. */
  observersPerDocument: number
}

export interface Window {
  perSecond: number
  seconds: number
}

export interface Measured {
  /** Milliseconds from sending to each observer. */
  p50: number
  p99: number
  /** The share of letters that reached every observer. */
  delivered: number
}

interface Client {
  socket: WebSocket
  name: string
  document: Y.Doc
  /** clock → when it was sent */
  sentAt: number[]
}

let plan: Plan
let rooms: Client[][] = []
let times: number[] = []

const varString = (encoder: encoding.Encoder, text: string) => encoding.writeVarString(encoder, text)

function message(name: string, numbers: number[], payload: Uint8Array | string): Uint8Array {
  return encoding.encode((encoder) => {
    if (plan.protocol === 'hocuspocus') varString(encoder, name)
    for (const number of numbers) encoding.writeVarUint(encoder, number)
    if (typeof payload === 'string') varString(encoder, payload)
    else encoding.writeVarUint8Array(encoder, payload)
  })
}

async function join(name: string): Promise<Client> {
  const url = plan.protocol === 'hocuspocus' ? plan.url : `${plan.url}/${name}`
  const socket = new WebSocket(url, { perMessageDeflate: false })
  await once(socket, 'open')
  if (plan.protocol === 'hocuspocus') {
    const joined = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        const decoder = decoding.createDecoder(data as Buffer)
        decoding.readVarString(decoder)
        if (decoding.readVarUint(decoder) === MESSAGE.sync && decoding.readVarUint(decoder) === SYNC.step2) resolve()
      })
    })
    socket.send(message(name, [MESSAGE.auth, 0], plan.token))
    socket.send(message(name, [MESSAGE.sync, SYNC.step1], Uint8Array.of(0)))
    await joined
    socket.removeAllListeners('message')
  }
  return { socket, name, document: new Y.Doc(), sentAt: [] }
}

/** Reads what arrives at an observer: whose letters, and up to which. */
function observe(client: Client, room: Client[]): void {
  // Some servers send a letter back to whoever typed it.
  const others = room.filter((member) => member !== client)
  const byId = new Map(others.map((member) => [member.document.clientID, member]))
  client.socket.on('message', (data) => {
    const decoder = decoding.createDecoder(data as Buffer)
    if (plan.protocol === 'hocuspocus') decoding.readVarString(decoder)
    if (decoding.readVarUint(decoder) !== MESSAGE.sync || decoding.readVarUint(decoder) !== SYNC.update) return
    const now = performance.now()
    const { from, to } = Y.parseUpdateMeta(decoding.readVarUint8Array(decoder))
    for (const [id, end] of to) {
      const sentAt = byId.get(id)?.sentAt
      for (let clock = from.get(id) ?? end; sentAt && clock < end; clock++) times.push(now - (sentAt[clock] ?? now))
    }
  })
}

/** Takes what arrives from the socket without looking at it. */
function ignore({ socket }: Client): void {
  const stream = Reflect.get(socket, '_socket') as Socket
  stream.removeAllListeners('data')
  stream.on('data', () => {})
}

function letters({ document, name }: Client, count: number): Uint8Array[] {
  const messages: Uint8Array[] = []
  const note = (update: Uint8Array) => messages.push(message(name, [MESSAGE.sync, SYNC.update], update))
  document.on('update', note)
  const text = document.getText('text')
  for (let letter = 0; letter < count; letter++) text.insert(text.length, 'a')
  document.off('update', note)
  return messages
}

async function measure({ perSecond, seconds }: Window): Promise<Measured> {
  const clients = Array.from({ length: plan.clientsPerDocument }, (_, index) => rooms.map((room) => room[index] as Client)).flat()
  const each = Math.ceil((perSecond * seconds) / clients.length)
  const outgoing = clients.map((client) => letters(client, each))
  times = []
  const total = each * clients.length
  const startedAt = performance.now()
  let sent = 0
  while (sent < total) {
    const due = Math.min(total, ((performance.now() - startedAt) / 1000) * perSecond)
    for (; sent < due; sent++) {
      const client = clients[sent % clients.length] as Client
      client.sentAt.push(performance.now())
      client.socket.send(outgoing[sent % clients.length]?.[Math.floor(sent / clients.length)] as Uint8Array)
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  // Whoever observes does not hear himself.
  const expected = total * plan.observersPerDocument - (total * plan.observersPerDocument) / plan.clientsPerDocument
  const deadline = performance.now() + 1_500
  while (times.length < expected && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
  const sorted = Float64Array.from(times).sort()
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.POSITIVE_INFINITY
  return { p50: at(0.5), p99: at(0.99), delivered: times.length / expected }
}

async function begin(given: Plan): Promise<{ joined: number }> {
  plan = given
  rooms = []
  for (const name of plan.documents) {
    const room = await Promise.all(Array.from({ length: plan.clientsPerDocument }, () => join(name)))
    for (const [index, client] of room.entries()) index < plan.observersPerDocument ? observe(client, room) : ignore(client)
    rooms.push(room)
  }
  return { joined: rooms.length }
}

for await (const line of createInterface({ input: process.stdin })) {
  const task = JSON.parse(line) as Plan | Window
  console.log(JSON.stringify('url' in task ? await begin(task) : await measure(task)))
}
process.exit(0)
