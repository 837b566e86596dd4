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
}

export const TOPIC_PREFIX = 'realtime:'

/** A public and a private topic of the same name are two: nothing crosses from the one to the other. */
export function createTopics(): Topics {
  const topics = new Map<string, Topic>()
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
      topics.get(keyOf(name, isPrivate))?.broadcast(message)
    },
  }
}
