import { broadcastFrames, type Message, type Version } from './frames.ts'
import { createPresence, type Presence } from './presence.ts'
import type { Frame } from './wire.ts'

/** A channel as its topic sees it. */
export interface Member {
  version: Version
  /** Takes a broadcast, unless it may not read it. */
  deliver(frame: Frame, message: Message): void
  /** Takes a presence_diff, unless it did not ask for it or may not read it. */
  deliverPresence(frame: Frame): void
}

/** All channels of one name. */
export interface Topic {
  presence: Presence<Member>
  join(member: Member): void
  leave(member: Member): void
  broadcast(message: Message, except?: Member): void
}

export interface Topics {
  /** The topic, made if nobody is there yet. */
  open(name: string, isPrivate: boolean): Topic
  /** Sends to whoever is there. */
  broadcast(name: string, isPrivate: boolean, message: Message): void
  /** Messages of the database that a private topic got in the last moments, oldest first. Times in milliseconds of the epoch. */
  latest(name: string): Streamed[]
}

/** A commit is streamed a moment before other transactions see it: longer than that moment lasts on a busy machine. */
const LATEST_MS = 1_000
const LATEST_BYTES = 16 * 1024 * 1024

interface Streamed {
  name: string
  id: string
  atMs: number
  message: Message
}

export const TOPIC_PREFIX = 'realtime:'

/** A public and a private topic of the same name are two: nothing crosses from the one to the other. */
export function createTopics(): Topics {
  const topics = new Map<string, Topic>()
  let streamed: Streamed[] = []
  let streamedBytes = 0
  /** Forgets what is old when the oldest is twice as old as it need be, or when it is too much: a message costs the same however many there are. */
  function remember(one: Streamed) {
    streamed.push(one)
    streamedBytes += one.message.body.length
    const [oldest] = streamed
    const isTooMuch = streamedBytes > LATEST_BYTES
    if (!isTooMuch && oldest && oldest.atMs > one.atMs - 2 * LATEST_MS) return
    streamed = streamed.filter(({ atMs }) => atMs > one.atMs - LATEST_MS)
    if (isTooMuch) streamed = streamed.slice(Math.ceil(streamed.length / 2))
    streamedBytes = streamed.reduce((sum, { message }) => sum + message.body.length, 0)
  }
  const keyOf = (name: string, isPrivate: boolean) => `${isPrivate ? 'private' : 'public'}:${name}`

  function createTopic(name: string, key: string): Topic {
    const members = new Set<Member>()
    const fullName = TOPIC_PREFIX + name
    const presence = createPresence<Member>((frameFor) => {
      for (const member of members) member.deliverPresence(frameFor(member.version))
    }, fullName)
    const topic: Topic = {
      presence,
      join(member) {
        members.add(member)
        topics.set(key, topic)
      },
      leave(member) {
        members.delete(member)
        presence.untrack(member)
        if (members.size > 0) return
        presence.flush()
        if (topics.get(key) === topic) topics.delete(key)
      },
      broadcast(message, except) {
        const frameFor = broadcastFrames(fullName, message)
        for (const member of members) {
          if (member === except) continue
          const frame = frameFor(member.version)
          if (frame) member.deliver(frame, message)
        }
      },
    }
    return topic
  }

  return {
    open(name, isPrivate) {
      const key = keyOf(name, isPrivate)
      return topics.get(key) ?? createTopic(name, key)
    },
    broadcast(name, isPrivate, message) {
      const id = message.meta?.id
      if (isPrivate && id) remember({ name, id, atMs: Date.now(), message })
      topics.get(keyOf(name, isPrivate))?.broadcast(message)
    },
    latest: (name) => streamed.filter((one) => one.name === name && one.atMs > Date.now() - LATEST_MS),
  }
}
