import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Claims, Tokens } from '../tokens.ts'
import type { Authorization } from './authorization.ts'
import { type Channel, type Connection, createChannel } from './channel.ts'
import { RealtimeError, reasonOf } from './errors.ts'
import { broadcastFrames, broadcastOf, type ClientFrame, decodeFrame, isObject, textFrame, type Version } from './frames.ts'
import { claimsOf, type JoinRequest, readJoin } from './join.ts'
import { createRate, type Limits, type Rate } from './limits.ts'
import type { Messages } from './messages.ts'
import type { Revocation } from './revocation.ts'
import type { Topics } from './topics.ts'
import type { Outbox } from './wire.ts'

/** What all sockets share. */
export interface Hub {
  topics: Topics
  tokens: Tokens
  limits: Limits
  authorization: Authorization
  messages: Messages
  revocation: Revocation
  /** Resolves when broadcasts from the database arrive. */
  replicationReady: Promise<void>
  outbox: Outbox
  countEvent: Rate
  countJoin: Rate
  /** Sockets with at least one channel. */
  users: Set<WebSocket>
}

/** Frames wait their turn, since some ask the database. A client with more waiting than this is not read from until it has fewer. */
const WAITING_FRAMES = 100

interface Client {
  webSocket: WebSocket
  /** What `webSocket` reads from and writes to; frames made once are written here. */
  rawSocket: Duplex
  version: Version
  /** Of its API key. */
  claims: Claims
  headers: Record<string, string>
}

/** Speaks Phoenix channels with one client. */
export function serveSocket(hub: Hub, { webSocket, rawSocket, version, claims, headers }: Client): void {
  const { limits, tokens } = hub
  const channels = new Map<string, { channel: Channel; token: string | null; acknowledge: boolean }>()
  const countMessage = createRate(limits.messagesPerSecondPerSocket)
  const countJoin = createRate(limits.joinsPerSecondPerSocket)
  let queue = Promise.resolve()
  let waiting = 0

  const isOpen = () => webSocket.readyState === webSocket.OPEN
  const idle = setTimeout(() => webSocket.terminate(), limits.idleMs)

  const connection: Connection = {
    version,
    headers,
    send(frame) {
      if (!isOpen()) return
      if (rawSocket.writableLength > limits.bufferedBytes) webSocket.terminate()
      else hub.outbox.write(rawSocket, frame)
    },
  }

  const reply = ({ joinRef, ref, topic }: ClientFrame, status: 'ok' | 'error', response: Record<string, unknown> = {}) =>
    connection.send(textFrame(version, { joinRef, ref, topic, event: 'phx_reply', payload: { status, response } }))
  const refuse = (frame: ClientFrame, reason: string) => reply(frame, 'error', { reason })

  webSocket.on('message', (data: Buffer, binary: boolean) => {
    idle.refresh()
    let frame: ClientFrame
    try {
      frame = decodeFrame(version, data, binary)
    } catch (error) {
      if (countMessage()) return refuse({ joinRef: null, ref: null, topic: 'phoenix', event: '', payload: null }, reasonOf(error))
      return webSocket.close(1008, 'Too many malformed frames')
    }
    if (++waiting > WAITING_FRAMES) webSocket.pause()
    queue = queue
      .then(() => (isOpen() ? handle(frame) : undefined))
      .catch((error: unknown) => refuse(frame, reasonOf(error)))
      .finally(() => {
        if (--waiting === WAITING_FRAMES) webSocket.resume()
      })
  })
  webSocket.on('error', () => webSocket.terminate())
  webSocket.on('close', () => {
    clearTimeout(idle)
    for (const { channel } of [...channels.values()]) channel.leave()
  })

  async function handle(frame: ClientFrame): Promise<void> {
    if (frame.topic === 'phoenix') {
      if (frame.event === 'heartbeat') return reply(frame, 'ok')
      return refuse(frame, 'UnknownEvent: The topic "phoenix" only has heartbeats')
    }
    if (frame.event === 'phx_join') return join(frame)
    const joined = channels.get(frame.topic)
    if (!joined) return refuse(frame, 'unmatched topic')
    const { channel } = joined
    // Meant for an earlier join of this topic.
    if (frame.joinRef !== null && frame.joinRef !== channel.joinRef) return
    if (frame.event !== 'phx_leave' && !(countMessage() && hub.countEvent())) return channel.shutDown('Too many messages per second')
    switch (frame.event) {
      case 'phx_leave':
        channel.leave()
        channel.reply(frame.ref, 'ok')
        return connection.send(
          textFrame(version, { joinRef: channel.joinRef, ref: channel.joinRef, topic: frame.topic, event: 'phx_close', payload: {} }),
        )
      case 'access_token':
        return renew(joined, frame.payload)
      case 'broadcast':
        return broadcast(joined, frame)
      case 'presence':
        return presence(channel, frame)
      default:
        return refuse(frame, 'UnknownEvent: A channel has phx_join, phx_leave, access_token, broadcast and presence')
    }
  }

  async function join(frame: ClientFrame): Promise<void> {
    const joinRef = frame.joinRef ?? frame.ref
    try {
      if (!countJoin() || !hub.countJoin()) throw new RealtimeError('ClientJoinRateLimitReached', 'Too many joins per second')
      const request = readJoin(frame.topic, frame.payload, tokens, claims)
      const before = channels.get(frame.topic)?.channel
      if (before) {
        before.leave()
        connection.send(
          textFrame(version, { joinRef: before.joinRef, ref: before.joinRef, topic: frame.topic, event: 'phx_close', payload: {} }),
        )
      }
      if (channels.size >= limits.channelsPerSocket) throw new RealtimeError('ChannelRateLimitReached', 'Too many channels')
      if (!hub.users.has(webSocket) && hub.users.size >= limits.users)
        throw new RealtimeError('ConnectionRateLimitReached', 'Too many connected users')
      await enter(frame, joinRef, request)
    } catch (error) {
      refuse({ ...frame, joinRef }, reasonOf(error))
    }
  }

  async function enter(
    frame: ClientFrame,
    joinRef: string | null,
    { name, config, replay, token, ...request }: JoinRequest,
  ): Promise<void> {
    const channel = createChannel({
      ...hub,
      connection,
      name,
      joinRef,
      config,
      claims: request.claims,
      onClose() {
        if (channels.get(frame.topic)?.channel === channel) channels.delete(frame.topic)
        if (channels.size === 0) hub.users.delete(webSocket)
        hub.revocation.forget(channel)
      },
    })
    const asked = hub.revocation.mark()
    await channel.authorize()
    if (!isOpen()) return
    channels.set(frame.topic, { channel, token, acknowledge: config.acknowledge })
    hub.users.add(webSocket)
    hub.revocation.watch(channel, asked)
    channel.enter()
    let replayed: Awaited<ReturnType<Channel['replay']>>
    try {
      replayed = replay ? await channel.replay(hub.messages, replay) : []
    } catch (error) {
      channel.leave()
      throw error
    }
    // Rights were lost meanwhile, and the client was told.
    if (channel.isClosed) return
    channel.reply(frame.ref, 'ok', { postgres_changes: request.postgresChanges.map((change, id) => ({ ...change, id })) })
    for (const { message } of replayed) {
      const replay = broadcastFrames(frame.topic, { ...message, meta: { ...message.meta, replayed: true } })(version)
      if (replay) connection.send(replay)
    }
    channel.release(new Set(replayed.map(({ id }) => id)))
    if (request.postgresChanges.length > 0) channel.system('error', NO_POSTGRES_CHANGES, 'postgres_changes')
    // Not awaited: the stream may come up much later, and the channel works without it.
    if (request.replicationReady)
      void hub.replicationReady.then(() => channel.isClosed || channel.system('ok', 'Replication connection established'))
  }

  async function renew(joined: { channel: Channel; token: string | null }, payload: unknown): Promise<void> {
    const given = isObject(payload) ? payload.access_token : null
    if (given === null || given === undefined || given === joined.token) return
    if (typeof given === 'string' && given.startsWith('sb_')) return
    try {
      const { claims: renewed, token } = claimsOf(given, tokens, claims)
      joined.token = token
      await joined.channel.recheck(renewed)
    } catch (error) {
      joined.channel.shutDown(reasonOf(error))
    }
  }

  async function broadcast({ channel, acknowledge }: { channel: Channel; acknowledge: boolean }, frame: ClientFrame): Promise<void> {
    const message = broadcastOf(frame)
    if (message.body.length > limits.payloadBytes)
      return refuse(frame, `PayloadTooLarge: The payload of a broadcast may have ${limits.payloadBytes} bytes`)
    // Upstream says nothing to somebody who may not write, so that nothing can be learned by trying.
    if ((await channel.broadcast(message)) === 'sent' && acknowledge) channel.reply(frame.ref, 'ok')
  }

  async function presence(channel: Channel, frame: ClientFrame): Promise<void> {
    const { event, payload = {} } = isObject(frame.payload) ? frame.payload : {}
    const action = String(event).toLowerCase()
    if (action === 'untrack') {
      channel.untrack()
      return channel.reply(frame.ref, 'ok')
    }
    if (action !== 'track') return refuse(frame, 'UnknownEvent: A presence is tracked or untracked')
    if (!isObject(payload)) return refuse(frame, 'InvalidPresence: Presence track payload must be a map')
    if (Buffer.byteLength(JSON.stringify(payload)) > limits.presenceBytes)
      return refuse(frame, `PayloadTooLarge: A presence may have ${limits.presenceBytes} bytes`)
    const outcome = await channel.track(payload)
    channel.reply(
      frame.ref,
      outcome === 'tracked' ? 'ok' : 'error',
      outcome === 'tracked' ? {} : { reason: 'Unauthorized: You do not have permissions to write presence' },
    )
  }
}

const NO_POSTGRES_CHANGES =
  'postgres_changes is not available on this server: send changes with realtime.broadcast_changes from a trigger and listen to "broadcast"'
