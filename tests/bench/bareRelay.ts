import { WebSocketServer } from 'ws'

/** The least that could relay: whatever comes goes to everybody else at once. Prints its port. */
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false }, () => {
  const address = server.address()
  if (address && typeof address === 'object') console.log(address.port)
})
server.on('connection', (socket) =>
  socket.on('message', (data, binary) => {
    for (const other of server.clients) if (other !== socket) other.send(data, { binary })
  }),
)
