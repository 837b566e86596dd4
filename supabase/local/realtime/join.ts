import { randomUUID } from 'node:crypto'
import type { Claims, Tokens } from '../tokens.ts'
import type { ChannelConfig } from './channel.ts'
import { RealtimeError } from './errors.ts'
import { isObject, NAME_BYTES } from './frames.ts'
import { TOPIC_PREFIX } from './topics.ts'

/** What phx_join asks for. */
export interface JoinRequest {
  name: string
  config: ChannelConfig
  replay: { sinceMs: number; limit: number } | null
  postgresChanges: Record<string, unknown>[]
  replicationReady: boolean
  claims: Claims
  token: string | null
}

/** Reads the topic and payload of a phx_join; throws a RealtimeError or TokenError. `ofSocket`: the claims of the API key. */
export function readJoin(topic: string, payload: unknown, tokens: Tokens, ofSocket: Claims): JoinRequest {
  const { config, access_token } = objectOf(payload)
  const { broadcast, presence, private: isPrivate, postgres_changes } = objectOf(config)
  const { ack, self, replay, replication_ready } = objectOf(broadcast)
  const { enabled, key } = objectOf(presence)
  if (key !== undefined && key !== null && (typeof key !== 'string' || Buffer.byteLength(key) > NAME_BYTES))
    throw new RealtimeError('InvalidPresenceKey', `The key of a presence is a text of at most ${NAME_BYTES} bytes`)
  const request = {
    name: topicNameOf(topic),
    config: {
      isPrivate: isTrue(isPrivate),
      acknowledge: isTrue(ack),
      self: isTrue(self),
      presence: { enabled: isTrue(enabled), key: (key as string | undefined) || randomUUID() },
    },
    replay: replay === undefined || replay === null ? null : replayOf(replay),
    postgresChanges: Array.isArray(postgres_changes) ? postgres_changes.filter(isObject) : [],
    replicationReady: isTrue(replication_ready),
    ...claimsOf(access_token, tokens, ofSocket),
  }
  if (request.replay && !request.config.isPrivate)
    throw new RealtimeError('UnableToReplayMessages', 'Replay is not allowed for public channels')
  return request
}

/** A token that is missing or an API key leaves the claims of the socket. */
export function claimsOf(token: unknown, tokens: Tokens, ofSocket: Claims): { claims: Claims; token: string | null } {
  if (token === undefined || token === null) return { claims: ofSocket, token: null }
  if (typeof token !== 'string') throw new RealtimeError('InvalidJWTToken', 'The access token is a text')
  return { claims: token.startsWith('sb_') ? ofSocket : tokens.verify(token), token }
}

function topicNameOf(topic: string): string {
  if (!topic.startsWith(TOPIC_PREFIX) || topic.length === TOPIC_PREFIX.length)
    throw new RealtimeError('TopicNameRequired', 'You must provide a topic name')
  if (Buffer.byteLength(topic) > NAME_BYTES)
    throw new RealtimeError('TopicNameTooLong', `The name of a topic may have ${NAME_BYTES - TOPIC_PREFIX.length} bytes`)
  return topic.slice(TOPIC_PREFIX.length)
}

const MOST_REPLAYED = 25

function replayOf(value: unknown): { sinceMs: number; limit: number } {
  const { since, limit } = objectOf(value)
  if (typeof since !== 'number' || !Number.isFinite(since) || Math.abs(since) > 8.64e15)
    throw new RealtimeError('UnableToReplayMessages', '"since" is a time in milliseconds')
  if (limit !== undefined && (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1))
    throw new RealtimeError('UnableToReplayMessages', '"limit" is a number from 1 to 25')
  return { sinceMs: since, limit: Math.min(limit ?? MOST_REPLAYED, MOST_REPLAYED) }
}

const objectOf = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {})
/** Older clients send texts. */
const isTrue = (value: unknown) => value === true || value === 'true'
