import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Claims, Tokens } from '../tokens.ts'
import { TokenError } from '../tokens.ts'
import type { Authorization } from './authorization.ts'
import { RealtimeError } from './errors.ts'
import { checked, isObject, type Message, NAME_BYTES, parseJson } from './frames.ts'
import type { Limits, Rate } from './limits.ts'
import { TOPIC_PREFIX, type Topics } from './topics.ts'

interface Options {
  topics: Topics
  tokens: Tokens
  authorization: Authorization
  limits: Limits
  countEvent: Rate
}

/** An answer that is not 202. */
class Refusal extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

interface Outgoing {
  topic: string
  isPrivate: boolean
  message: Message
}

/** Of one request. */
const MOST_MESSAGES = 1000
const ONE_MESSAGE = /^\/realtime\/v1\/api\/broadcast\/([^/]+)\/events\/([^/]+)$/
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, apikey, content-type, x-client-info',
  'access-control-allow-methods': 'POST, OPTIONS',
}

/**
 * Broadcasts over HTTP: `POST /realtime/v1/api/broadcast` with `{"messages": [{topic, event, payload, private?}]}`, where messages that the
 * caller may not send are dropped silently; or `…/broadcast/<topic>/events/<event>?private=true` with one payload, JSON or bytes, which
 * answers 403 then. 202 when sent; else `{code, message}`.
 */
export function createBroadcastApi({ topics, tokens, authorization, limits, countEvent }: Options) {
  async function answer(request: IncomingMessage): Promise<number> {
    const url = new URL(request.url ?? '', 'http://localhost')
    const one = ONE_MESSAGE.exec(url.pathname)
    if (!one && url.pathname !== '/realtime/v1/api/broadcast') throw new Refusal(404, 'not_found', 'There is nothing at this address')
    if (request.method === 'OPTIONS') return 204
    if (request.method !== 'POST') throw new Refusal(405, 'method_not_allowed', 'Broadcasts are sent by POST')
    const claims = callerOf(request, tokens)
    const body = await readBody(request, limits.payloadBytes)
    const outgoing = one ? [readOne(url, one, request.headers['content-type'], body)] : readMany(body)
    const isAllowed = await allowed(outgoing, claims)
    if (one && !outgoing.every(isAllowed)) throw new Refusal(403, 'unauthorized', 'You do not have permissions to write to this topic')
    for (const message of outgoing.filter(isAllowed)) {
      if (!countEvent()) throw new Refusal(429, 'too_many_messages', 'Too many messages per second')
      topics.broadcast(message.topic, message.isPrivate, message.message)
    }
    return 202
  }

  /** Asks once for each private topic. */
  async function allowed(outgoing: Outgoing[], claims: Claims): Promise<(message: Outgoing) => boolean> {
    const writable = new Set<string>()
    for (const topic of new Set(outgoing.filter(({ isPrivate }) => isPrivate).map(({ topic }) => topic)))
      if (await authorization.mayWrite(topic, { claims, headers: {} }, 'broadcast')) writable.add(topic)
    return ({ isPrivate, topic }) => !isPrivate || writable.has(topic)
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      response.writeHead(await answer(request), CORS).end()
    } catch (error) {
      const { status, code, message } = refusalOf(error)
      // What is left of a body that is too large is not read.
      const closing = status === 413 ? { connection: 'close' } : {}
      response.writeHead(status, { 'content-type': 'application/json', ...CORS, ...closing }).end(JSON.stringify({ code, message }))
    }
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof TokenError) return new Refusal(401, error.code, error.message)
  if (error instanceof RealtimeError && error.code === 'DatabaseUnavailable') return new Refusal(503, 'database_unavailable', error.message)
  if (error instanceof RealtimeError) return new Refusal(422, 'invalid_message', error.message)
  throw error
}

/** Without a credential nobody is believed to be anonymous, as upstream. */
function callerOf(request: IncomingMessage, tokens: Tokens): Claims {
  const { authorization, apikey } = request.headers
  const key = typeof apikey === 'string' ? apikey : undefined
  if (authorization === undefined && key === undefined) throw new Refusal(401, 'no_authorization', 'An API key is missing')
  return tokens.callerOf({ authorization, apikey: key })
}

function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) return chunks.push(chunk)
      request.pause()
      reject(new Refusal(413, 'payload_too_large', `The body may have ${limit} bytes`))
    })
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('error', () => reject(new Refusal(400, 'aborted', 'The request ended early')))
    request.on('close', () => reject(new Refusal(400, 'aborted', 'The request ended early')))
  })
}

function readOne(url: URL, [, topic = '', event = '']: string[], contentType = '', body: Buffer): Outgoing {
  const json = !contentType.includes('application/octet-stream')
  if (json) parseJson(body)
  return outgoing(decoded(topic), url.searchParams.get('private') === 'true', { event: decoded(event), json, body })
}

function readMany(body: Buffer): Outgoing[] {
  const parsed = parseJson(body)
  const messages = isObject(parsed) ? parsed.messages : null
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > MOST_MESSAGES)
    throw new Refusal(422, 'invalid_message', `"messages" is a list of 1 to ${MOST_MESSAGES} messages`)
  return messages.map((message: unknown) => {
    if (!isObject(message) || typeof message.topic !== 'string' || typeof message.event !== 'string' || !isObject(message.payload))
      throw new Refusal(422, 'invalid_message', 'A message has a text as topic and as event, and an object as payload')
    return outgoing(message.topic, message.private === true, {
      event: message.event,
      json: true,
      body: Buffer.from(JSON.stringify(message.payload)),
    })
  })
}

function outgoing(topic: string, isPrivate: boolean, message: Message): Outgoing {
  if (topic === '' || Buffer.byteLength(topic) > NAME_BYTES - TOPIC_PREFIX.length)
    throw new Refusal(422, 'invalid_message', `The name of a topic has 1 to ${NAME_BYTES - TOPIC_PREFIX.length} bytes`)
  return { topic, isPrivate, message: checked(message) }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new Refusal(400, 'malformed_address', 'The address is not valid')
  }
}
