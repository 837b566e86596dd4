import type { IncomingMessage, ServerResponse } from 'node:http'
import { refuse } from './answers.ts'

export interface BodyLimit {
  /** Bytes a request may carry. */
  bytes: number
  /** How long it may take to arrive. */
  milliseconds: number
}

/** Refuses what is announced too large, and cuts off what turns out so: 413. What does not arrive in time: 408. Returns whether the request may go on. */
export function limitBody(request: IncomingMessage, response: ServerResponse, limit: BodyLimit): boolean {
  const end = (status: number, code: string, message: string) => {
    if (!response.headersSent) response.setHeader('connection', 'close')
    refuse(response, status, code, message)
  }
  const tooLarge = () => end(413, 'payload_too_large', `A request may be at most ${limit.bytes} bytes here`)
  if (Number(request.headers['content-length'] ?? 0) > limit.bytes) {
    tooLarge()
    return false
  }
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) return true
  const timer = setTimeout(() => {
    if (!request.complete) end(408, 'request_timeout', 'The request did not arrive in time')
  }, limit.milliseconds)
  response.once('close', () => clearTimeout(timer))
  countBody(request, limit.bytes, tooLarge)
  return true
}

/** Counts what the parser hands to the stream. A 'data' listener would start the flow before the service listens, and lose what comes first. */
function countBody(request: IncomingMessage, bytes: number, tooLarge: () => void): void {
  const push = request.push.bind(request)
  let received = 0
  let isOver = false
  request.push = (chunk: unknown, encoding?: BufferEncoding) => {
    received += chunk instanceof Uint8Array ? chunk.length : 0
    if (received <= bytes) return push(chunk, encoding)
    // The service never hears of an end: it sees the connection close, as when a client goes away.
    if (!isOver) tooLarge()
    isOver = true
    return false
  }
}
