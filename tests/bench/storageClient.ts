// Sends and fetches large bodies for storage.bench.ts, in a process of its own: the server has its processor to itself.
import { once } from 'node:events'
import { request } from 'node:http'

/** One transfer: `bytes` are sent, or nothing, and the answer is read to its end. */
export interface Order {
  method: string
  url: string
  headers: Record<string, string>
  bytes: number
}
export interface Transfer {
  status: number
  seconds: number
}

const BLOCK = Buffer.alloc(1 << 16, 7)

process.on('message', async (order: Order) => process.send?.(await transfer(order)))
process.on('disconnect', () => process.exit())

async function transfer({ method, url, headers, bytes }: Order): Promise<Transfer> {
  const start = performance.now()
  const length = method === 'GET' ? {} : { 'content-length': String(bytes) }
  const sent = request(url, { method, headers: { ...headers, ...length } })
  for (let left = bytes; left > 0; left -= BLOCK.length) if (!sent.write(BLOCK.subarray(0, left))) await once(sent, 'drain')
  sent.end()
  const [response] = await once(sent, 'response')
  response.resume()
  await once(response, 'end')
  return { status: response.statusCode, seconds: (performance.now() - start) / 1000 }
}
