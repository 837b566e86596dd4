import type { Claims } from '../tokens.ts'
import type { Authorization, Extension } from './authorization.ts'
import { RealtimeError, reasonOf } from './errors.ts'
import { type Message, textFrame, type Version } from './frames.ts'
import { createRate, type Limits, type Rate } from './limits.ts'
import type { Messages, StoredMessage } from './messages.ts'
import { type Member, TOPIC_PREFIX, type Topics } from './topics.ts'
import type { Frame } from './wire.ts'

/** What a channel needs of the socket that it is on. */
export interface Connection {
  version: Version
  headers: Record<string, string>
  send(frame: Frame): void
}

export interface ChannelConfig {
  isPrivate: boolean
  /** Answer every broadcast. */
  acknowledge: boolean
  /** Send broadcasts to their sender too. */
  self: boolean
  presence: { enabled: boolean; key: string }
}

export interface ChannelOptions {
  connection: Connection
  name: string
  joinRef: string | null
  config: ChannelConfig
  claims: Claims
  topics: Topics
  authorization: Authorization
  limits: Limits
  /** Counts what is received and delivered, in all channels. */
  countEvent: Rate
  onClose(): void
}

/** One topic as one socket has joined it. */
export interface Channel {
  readonly name: string
  readonly joinRef: string | null
  readonly isPrivate: boolean
  readonly isClosed: boolean
  readonly claims: Claims
  /** Asks the policies for the first time; throws a RealtimeError when this person may not read. */
  authorize(): Promise<void>
  /** Asks again, for other claims if given, and closes the channel of somebody who may no longer read. */
  recheck(claims?: Claims): Promise<void>
  /** From now on broadcasts arrive; they are held until `release`, so that what is replayed comes first. */
  enter(): void
  /** The latest messages; throws a RealtimeError when this person may not read broadcasts. */
  replay(messages: Messages, asked: { sinceMs: number; limit: number }): Promise<Pick<StoredMessage, 'id' | 'message'>[]>
  release(replayedIds: Set<string>): void
  broadcast(message: Message): Promise<'sent' | 'refused'>
  track(payload: Record<string, unknown>): Promise<'tracked' | 'refused'>
  untrack(): void
  reply(ref: string | null, status: 'ok' | 'error', response?: Record<string, unknown>): void
  system(status: 'ok' | 'error', message: string, extension?: string): void
  /** Takes the channel out of its topic, without a word. */
  leave(): void
  /** Says why and closes it for good: the client does not come back by itself. */
  shutDown(message: string): void
}

/** setTimeout takes no more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export function createChannel({
  connection,
  name,
  joinRef,
  config,
  topics,
  authorization,
  limits,
  countEvent,
  ...options
}: ChannelOptions): Channel {
  const { version } = connection
  const topicName = TOPIC_PREFIX + name
  const topic = () => topics.open(name, config.isPrivate)
  const countPresence = createRate(limits.presenceCalls, limits.presenceWindowMs)
  let claims = options.claims
  let readable: Record<Extension, boolean> = { broadcast: !config.isPrivate, presence: !config.isPrivate }
  /** What writing was found to be allowed; asked when first needed. */
  let writable: Partial<Record<Extension, boolean>> = {}
  let held: { frame: Frame; message: Message }[] | null = []
  /** Ids that may still come by replication. */
  let replayed = new Set<string>()
  let tracked: string | null = null
  /** What the topic got in the moments before this channel entered it. */
  let streamedBefore: ReturnType<Topics['latest']> = []
  let isClosed = false
  let expiry: NodeJS.Timeout | undefined

  const member: Member = {
    version,
    deliver(frame, message) {
      if (!readable.broadcast || (message.meta?.id && replayed.delete(message.meta.id))) return
      if (held) held.push({ frame, message })
      else deliver(frame)
    },
    deliverPresence(frame) {
      if (config.presence.enabled && readable.presence) deliver(frame)
    },
  }

  function deliver(frame: Frame) {
    if (countEvent()) connection.send(frame)
    // Not at once: the topic is just going through its members.
    else queueMicrotask(() => channel.shutDown('Too many messages per second'))
  }

  const unauthorized = () => new RealtimeError('Unauthorized', `You do not have permissions to read from this Channel topic: ${name}`)

  async function askRead(): Promise<void> {
    const asked = claims
    const extensions: Extension[] = config.presence.enabled ? ['broadcast', 'presence'] : ['broadcast']
    const found = await authorization.mayRead(name, { claims, headers: connection.headers }, extensions)
    if (claims !== asked) return
    if (!found.broadcast && !found.presence) throw unauthorized()
    readable = found
    writable = {}
  }

  async function mayWrite(extension: Extension): Promise<boolean> {
    if (!config.isPrivate) return true
    const cache = writable
    cache[extension] ??= await authorization.mayWrite(name, { claims, headers: connection.headers }, extension)
    return cache[extension]
  }

  function watchExpiry() {
    clearTimeout(expiry)
    if (claims.exp === undefined || isClosed) return
    const leftMs = claims.exp * 1000 - Date.now()
    expiry = setTimeout(
      () => {
        if (leftMs > LONGEST_TIMER_MS) watchExpiry()
        else channel.shutDown('Token has expired')
      },
      Math.max(0, Math.min(leftMs, LONGEST_TIMER_MS)),
    )
  }

  const push = (event: string, payload: unknown, ref: string | null = null) =>
    connection.send(textFrame(version, { joinRef, ref, topic: topicName, event, payload }))

  const channel: Channel = {
    name,
    joinRef,
    isPrivate: config.isPrivate,
    get isClosed() {
      return isClosed
    },
    get claims() {
      return claims
    },

    async authorize() {
      if (config.isPrivate) await askRead()
    },

    async recheck(newClaims) {
      if (newClaims) {
        claims = newClaims
        watchExpiry()
      }
      if (!config.isPrivate || isClosed) return
      const before = readable
      try {
        await askRead()
        if ((before.broadcast && !readable.broadcast) || (before.presence && !readable.presence))
          channel.shutDown(`You no longer have permissions to read from this Channel topic: ${name}`)
      } catch (error) {
        if (isClosed) return
        if (error instanceof RealtimeError && error.code === 'Unauthorized')
          return channel.shutDown(`You no longer have permissions to read from this Channel topic: ${name}`)
        // Nobody listens on rights that nobody can confirm. After phx_error the client joins again by itself.
        channel.system('error', reasonOf(error))
        channel.leave()
        push('phx_error', {}, joinRef)
      }
    },

    enter() {
      streamedBefore = topics.latest(name)
      topic().join(member)
      watchExpiry()
    },

    async replay(messages, { sinceMs, limit }) {
      if (!readable.broadcast) throw unauthorized()
      const stored = (await messages.replay(name, sinceMs, limit)).map(({ id, message }) => ({ id, message }))
      const ids = new Set(stored.map(({ id }) => id))
      // A commit that was streamed before, and that the query did not see yet, comes from neither.
      const unseen = streamedBefore.slice(streamedBefore.findLastIndex(({ id }) => ids.has(id)) + 1).filter(({ atMs }) => atMs >= sinceMs)
      return [...stored, ...unseen.map(({ id, message }) => ({ id, message }))].slice(-limit)
    },

    release(replayedIds) {
      const waiting = held ?? []
      held = null
      replayed = replayedIds
      for (const { frame, message } of waiting) member.deliver(frame, message)
      if (!config.presence.enabled || !readable.presence) return
      topic().presence.flush()
      push('presence_state', topic().presence.state())
    },

    async broadcast(message) {
      if (!(await mayWrite('broadcast'))) return 'refused'
      if (!isClosed) topic().broadcast(message, config.self ? undefined : member)
      return 'sent'
    },

    async track(payload) {
      if (!countPresence()) {
        channel.shutDown('Too many presence messages per second')
        return 'refused'
      }
      if (!(await mayWrite('presence'))) return 'refused'
      const text = JSON.stringify(payload)
      if (text !== tracked && !isClosed) topic().presence.track(member, config.presence.key, payload)
      tracked = text
      return 'tracked'
    },

    untrack() {
      tracked = null
      topic().presence.untrack(member)
    },

    reply(ref, status, response = {}) {
      if (ref !== null) push('phx_reply', { status, response }, ref)
    },
    system: (status, message, extension = 'system') => push('system', { extension, status, message, channel: name }),

    leave() {
      if (isClosed) return
      isClosed = true
      clearTimeout(expiry)
      topic().leave(member)
      options.onClose()
    },

    shutDown(message) {
      if (isClosed) return
      channel.system('error', message)
      channel.leave()
      push('phx_close', {}, joinRef)
    },
  }
  return channel
}
