import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import type { DenialReason } from './protocol.ts'

/** The message types of Hocuspocus that cross this server. */
export const MESSAGE = { sync: 0, awareness: 1, auth: 2, queryAwareness: 3, syncReply: 4, stateless: 5, close: 7, syncStatus: 8 } as const
/** The kinds of a sync message: what I have, what you lack, what I just did. */
export const SYNC = { step1: 0, step2: 1, update: 2 } as const
const PERMISSION_DENIED = 1

export interface Header {
  /** The document's name, followed by `\0` and a session where one socket opens a document twice. */
  address: string
  type: number
  /** The number after the type: the kind of a sync message, the value of an acknowledgement. */
  kind: number
}

/** Reads the beginning of a message. Throws on what is none. */
export function readHeader(message: Uint8Array): Header {
  const decoder = decoding.createDecoder(message)
  const address = decoding.readVarString(decoder)
  const type = decoding.readVarUint(decoder)
  return { address, type, kind: decoding.hasContent(decoder) ? decoding.readVarUint(decoder) : -1 }
}

/** The bytes that end a message, after so many numbers that follow the address. Null when they do not end with it: what lies behind
 *  it in memory may be somebody else's. */
function lastBytes(message: Uint8Array, numbers: number): Uint8Array | null {
  // The address is shorter than 128 bytes, and the numbers are smaller.
  const decoder = decoding.createDecoder(message.subarray(1 + (message[0] as number) + numbers))
  try {
    const length = decoding.readVarUint(decoder)
    return length === decoder.arr.length - decoder.pos ? decoding.readUint8Array(decoder, length) : null
  } catch {
    return null
  }
}

/** The update in a sync message. */
export const updateIn = (message: Uint8Array) => lastBytes(message, 2)
/** The update in an awareness message. */
export const awarenessIn = (message: Uint8Array) => lastBytes(message, 1)

export function permissionDenied(address: string, reason: DenialReason): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, address)
    encoding.writeVarUint(encoder, MESSAGE.auth)
    encoding.writeVarUint(encoder, PERMISSION_DENIED)
    encoding.writeVarString(encoder, reason)
  })
}

let lastStatus = { address: '', isTaken: true, message: new Uint8Array() }

/** "Your change is safe", or "was not taken". Everybody in a document is told with the same bytes. */
export function syncStatus(address: string, isTaken: boolean): Uint8Array {
  if (lastStatus.address === address && lastStatus.isTaken === isTaken) return lastStatus.message
  const message = encoding.encode((encoder) => {
    encoding.writeVarString(encoder, address)
    encoding.writeVarUint(encoder, MESSAGE.syncStatus)
    encoding.writeVarUint(encoder, isTaken ? 1 : 0)
  })
  lastStatus = { address, isTaken, message }
  return message
}

const FINAL_BINARY = 0x82

/** A whole unmasked binary WebSocket frame (RFC 6455, 5.2). */
export function frame(payload: Uint8Array): Buffer {
  const { length } = payload
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const buffer = Buffer.allocUnsafe(headerLength + length)
  buffer[0] = FINAL_BINARY
  buffer[1] = length < 126 ? length : length < 65_536 ? 126 : 127
  if (headerLength === 4) buffer.writeUInt16BE(length, 2)
  if (headerLength === 10) buffer.writeBigUInt64BE(BigInt(length), 2)
  buffer.set(payload, headerLength)
  return buffer
}

/** Whether this is `SyncStatus(1)`: the acknowledgement that a change was taken. Asked of every message, so it decodes nothing. */
export function isAcknowledgement(message: Uint8Array): boolean {
  const addressLength = message[0] as number // Addresses are shorter than 128 bytes, see MAX_ADDRESS_LENGTH.
  return message.length === addressLength + 3 && message[addressLength + 1] === MESSAGE.syncStatus && message[addressLength + 2] === 1
}

/** Whether this tells a client that a document is not open to it, or not any more. Asked of every message as well. */
export function isFarewell(message: Uint8Array): boolean {
  const type = message[1 + (message[0] as number)]
  return type === MESSAGE.close || (type === MESSAGE.auth && message[2 + (message[0] as number)] === PERMISSION_DENIED)
}

/** A longer one would need two bytes for its length, and no client of ours has one. */
export const MAX_ADDRESS_LENGTH = 120
