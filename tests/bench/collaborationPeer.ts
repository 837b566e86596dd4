import { Server } from '@hocuspocus/server'
import { WebSocketServer } from 'ws'

// A peer to measure against, as its package comes and without storage: `hocuspocus`, or `y-websocket`. Prints its port.
if (process.argv[2] === 'hocuspocus') {
  const server = new Server({ port: 0, address: '127.0.0.1', quiet: true, maxPendingDocuments: 1000 })
  await server.listen()
  console.log(server.address.port)
} else {
  // @ts-expect-error It comes without types.
  const { setupWSConnection } = (await import('y-websocket/bin/utils')) as {
    setupWSConnection(socket: unknown, request: unknown): void
  }
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false }, () => {
    const address = server.address()
    if (address && typeof address === 'object') console.log(address.port)
  })
  server.on('connection', setupWSConnection)
}
