import type { Duplex } from 'node:stream'

/** A whole WebSocket frame of the server, its header included: made once, written to many. */
export type Frame = Buffer

const FINAL_TEXT = 0x81
const FINAL_BINARY = 0x82

/** RFC 6455, 5.2: unmasked and never in parts. */
export function webSocketFrame(type: 'text' | 'binary', parts: Buffer[]): Frame {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  header[0] = type === 'text' ? FINAL_TEXT : FINAL_BINARY
  if (header.length === 2) header[1] = length
  else if (header.length === 4) {
    header[1] = 126
    header.writeUInt16BE(length, 2)
  } else {
    header[1] = 127
    header.writeBigUInt64BE(BigInt(length), 2)
  }
  return Buffer.concat([header, ...parts], header.length + length)
}

/** Writes to sockets. What one socket gets within a turn of the event loop goes out in one system call. */
export interface Outbox {
  write(socket: Duplex, frame: Frame): void
}

export function createOutbox(): Outbox {
  let corked: Duplex[] = []

  function flush() {
    const sockets = corked
    corked = []
    for (const socket of sockets) socket.uncork()
  }

  return {
    write(socket, frame) {
      if (socket.writableCorked === 0) {
        if (corked.length === 0) setImmediate(flush)
        corked.push(socket)
        socket.cork()
      }
      socket.write(frame)
    },
  }
}
