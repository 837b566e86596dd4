import { type AddressInfo, createServer } from 'node:net'

/** A port that cannot be had. The message is for people. */
export class PortError extends Error {}

/** The port, or a free one for 0, after a try that it can be listened on. */
export function choosePort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => reject(new PortError(sentence(error, host, port))))
    server.listen({ host, port, exclusive: true }, () => {
      const chosen = (server.address() as AddressInfo).port
      server.close(() => resolve(chosen))
    })
  })
}

function sentence({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === 'EADDRINUSE') return `Port ${port} on ${host} is taken by another program; choose another with --port, or 0 for a free one`
  if (code === 'EACCES') return `Port ${port} may only be used by root; choose another with --port`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${host} is no address of this machine`
  return `Port ${port} on ${host} cannot be used: ${message}`
}
