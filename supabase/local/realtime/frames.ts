import { RealtimeError } from './errors.ts'
import { type Frame, webSocketFrame } from './wire.ts'

/** The two versions of the Phoenix channels protocol: 1.0.0 has objects as text, 2.0.0 has arrays as text and broadcasts as binary. */
export const VERSIONS = ['1.0.0', '2.0.0'] as const
export type Version = (typeof VERSIONS)[number]

/** What a client sent. A binary broadcast has its body in `broadcast`, everything else its JSON in `payload`; see broadcastOf. */
export interface ClientFrame {
  joinRef: string | null
  ref: string | null
  topic: string
  event: string
  payload: unknown
  broadcast?: Message
}

/** A broadcast: bytes, or JSON as UTF-8 that was parsed once and is passed on as it came. */
export interface Message {
  event: string
  json: boolean
  body: Buffer
  meta?: { id?: string; replayed?: boolean }
}

const CLIENT_BROADCAST = 3
const SERVER_BROADCAST = 4
const JSON_ENCODING = 1
/** Binary frames give a name's length in one byte. */
export const NAME_BYTES = 255

const utf8 = new TextDecoder('utf-8', { fatal: true })
const malformed = (message: string) => new RealtimeError('MalformedFrame', message)

/** Reads one frame; throws a RealtimeError. */
export function decodeFrame(version: Version, data: Buffer, binary: boolean): ClientFrame {
  if (!binary) return decodeText(version, data)
  if (version === '1.0.0') throw malformed('Protocol version 1.0.0 has no binary frames')
  return decodeBinary(data)
}

function decodeText(version: Version, data: Buffer): ClientFrame {
  const frame = parseJson(data)
  let parts: unknown[]
  if (version === '2.0.0') {
    if (!Array.isArray(frame) || frame.length !== 5) throw malformed('A frame is [join_ref, ref, topic, event, payload]')
    parts = frame
  } else {
    if (!isObject(frame)) throw malformed('A frame is {topic, event, payload, ref, join_ref}')
    parts = [frame.join_ref, frame.ref, frame.topic, frame.event, frame.payload]
  }
  const [joinRef, ref, topic, event, payload] = parts
  if (typeof topic !== 'string' || typeof event !== 'string') throw malformed('The topic and the event of a frame are strings')
  return { joinRef: referenceOf(joinRef), ref: referenceOf(ref), topic, event, payload }
}

/** The message of a broadcast, however it came; throws a RealtimeError. */
export function broadcastOf({ broadcast, payload }: ClientFrame): Message {
  if (broadcast) return broadcast
  if (!isObject(payload) || typeof payload.event !== 'string') throw malformed('A broadcast is {type, event, payload} with a text as event')
  return checked({ event: payload.event, json: true, body: Buffer.from(JSON.stringify(payload.payload ?? {})) })
}

/** kind, five lengths, encoding, join_ref, ref, topic, event, meta, body. */
function decodeBinary(data: Buffer): ClientFrame {
  if (data[0] !== CLIENT_BROADCAST || data.length < 7)
    throw malformed('The only binary frame that a client may send is a broadcast, kind 3')
  const lengths = data.subarray(1, 6)
  const encoding = data[6]
  let offset = 7
  const names: string[] = []
  for (const length of lengths) {
    if (offset + length > data.length) throw malformed('A binary frame is shorter than its lengths say')
    names.push(textOf(data.subarray(offset, offset + length)))
    offset += length
  }
  const [joinRef = '', ref = '', topic = '', event = ''] = names
  const body = data.subarray(offset)
  const json = encoding === JSON_ENCODING
  // Parsed only to be sure of it: receivers of version 1.0.0 get it inside of another JSON text.
  if (json) parseJson(body)
  return {
    joinRef: joinRef || null,
    ref: ref || null,
    topic,
    event: 'broadcast',
    payload: null,
    broadcast: { event, json, body },
  }
}

/** Throws a RealtimeError when a name does not fit into a binary frame. */
export function checked(message: Message): Message {
  if (Buffer.byteLength(message.event) > NAME_BYTES)
    throw new RealtimeError('EventNameTooLong', `The name of an event may have ${NAME_BYTES} bytes`)
  return message
}

/** Parses UTF-8 JSON; throws a RealtimeError. */
export function parseJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(data))
  } catch (cause) {
    if (cause instanceof RealtimeError) throw cause
    throw new RealtimeError('MalformedFrame', 'The text is not valid JSON', { cause })
  }
}

function textOf(data: Uint8Array): string {
  try {
    return utf8.decode(data)
  } catch (cause) {
    throw new RealtimeError('MalformedFrame', 'The text is not valid UTF-8', { cause })
  }
}

function referenceOf(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'number') return String(value).slice(0, NAME_BYTES)
  throw malformed('The references of a frame are strings')
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A text frame of the server. */
export function textFrame(
  version: Version,
  {
    joinRef = null,
    ref = null,
    topic,
    event,
    payload,
  }: { joinRef?: string | null; ref?: string | null; topic: string; event: string; payload: unknown },
): Frame {
  const frame = version === '1.0.0' ? { topic, event, payload, ref, join_ref: joinRef } : [joinRef, ref, topic, event, payload]
  return webSocketFrame('text', [Buffer.from(JSON.stringify(frame))])
}

/** The frame of a broadcast in each version, made when first asked for. Null: the version cannot carry it. */
export function broadcastFrames(topic: string, message: Message): (version: Version) => Frame | null {
  const made = new Map<Version, Frame | null>()
  return (version) => {
    let frame = made.get(version)
    if (frame === undefined) {
      frame =
        version === '2.0.0' && Buffer.byteLength(message.event) <= NAME_BYTES
          ? binaryBroadcast(topic, message)
          : textBroadcast(version, topic, message)
      made.set(version, frame)
    }
    return frame
  }
}

function binaryBroadcast(topic: string, { event, json, body, meta }: Message): Frame {
  const names = [topic, event, meta ? JSON.stringify(meta) : ''].map((name) => Buffer.from(name))
  const head = Buffer.from([SERVER_BROADCAST, ...names.map((name) => name.length), json ? JSON_ENCODING : 0])
  return webSocketFrame('binary', [head, ...names, body])
}

/** The body is put in as it is: it was parsed when it arrived, and is not made anew for each version. */
function textBroadcast(version: Version, topic: string, { event, json, body, meta }: Message): Frame | null {
  if (!json) return null
  const payload = `{"type":"broadcast","event":${JSON.stringify(event)},"payload":${body.toString()}${meta ? `,"meta":${JSON.stringify(meta)}` : ''}}`
  const name = JSON.stringify(topic)
  const text =
    version === '1.0.0'
      ? `{"topic":${name},"event":"broadcast","payload":${payload},"ref":null,"join_ref":null}`
      : `[null,null,${name},"broadcast",${payload}]`
  return webSocketFrame('text', [Buffer.from(text)])
}
