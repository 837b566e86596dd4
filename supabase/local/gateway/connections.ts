import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { plainAddress } from './clientAddress.ts'

/** Keeps one address from taking every connection there is. At the limit the address loses the one that has been idle longest, so that whoever
 *  really asks for something still gets through; when all are busy, the new one is refused. */
export function limitConnections(server: Server, perAddress: number, proxies: ReadonlySet<string>): void {
  // A Set remembers the order: the first is the one that has been idle longest.
  const byAddress = new Map<string, { all: Set<Socket>; idle: Set<Socket> }>()

  server.on('connection', (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress)
    // A proxy speaks for everybody, and has limits of its own.
    if (proxies.has(address)) return
    const sockets = byAddress.get(address) ?? { all: new Set(), idle: new Set() }
    byAddress.set(address, sockets)
    if (sockets.all.size >= perAddress) {
      const victim = sockets.idle.values().next().value ?? socket
      victim.destroy()
      sockets.all.delete(victim)
      sockets.idle.delete(victim)
      if (victim === socket) return
    }
    sockets.all.add(socket)
    sockets.idle.add(socket)
    socket.once('close', () => {
      sockets.all.delete(socket)
      sockets.idle.delete(socket)
      if (sockets.all.size === 0 && byAddress.get(address) === sockets) byAddress.delete(address)
    })
  })
  server.on('request', (request, response) => {
    const sockets = byAddress.get(plainAddress(request.socket.remoteAddress))
    sockets?.idle.delete(request.socket)
    response.once('close', () => {
      if (sockets?.all.has(request.socket)) sockets.idle.add(request.socket)
    })
  })
  server.on('upgrade', (request) => byAddress.get(plainAddress(request.socket.remoteAddress))?.idle.delete(request.socket))
}
