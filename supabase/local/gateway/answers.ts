import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** Answers with `{code, message}`, the form of every error of the gateway itself. */
export function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const body = JSON.stringify({ code, message })
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) }).end(body)
}

/** The same on a bare socket: for upgrades and for what is not HTTP. */
export function refuseSocket(socket: Duplex, status: number, code: string, message: string): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = JSON.stringify({ code, message })
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
  socket.once('finish', () => socket.destroy())
}

/** A step out of where the path says it leads. Clients resolve it before they ask; here the parts would not agree on whose path it is. */
const DOT_SEGMENT = /\/(\.|%2e){1,2}(\/|$)/i

/** The path without query, as it was sent; `null` when the target is no path, has `.` or `..` for a part, or decodes to no text. */
export function pathOf(request: IncomingMessage): string | null {
  const target = request.url ?? ''
  const path = target.split(/[?#]/, 1)[0] ?? ''
  return path.startsWith('/') && !path.includes('\\') && !DOT_SEGMENT.test(path) && isText(path) ? path : null
}

function isText(path: string): boolean {
  try {
    return !decodeURIComponent(path).includes('\0')
  } catch {
    return false
  }
}
