import { createServer } from 'node:http'
import type { Service } from '../../supabase/local/service.ts'

/** Serves one service of the platform on a port of its own. */
export async function serve(service: Service): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    Promise.resolve(service.handle(request, response)).catch(() => {
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end()
    })
  })
  if (service.upgrade) server.on('upgrade', (request, socket, head) => service.upgrade?.(request, socket, head))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('The server has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      await service.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
