import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import postgres from 'postgres'
import { makeSecrets } from '../../supabase/local/secrets.ts'
import type { Service } from '../../supabase/local/service.ts'
import { createStorage } from '../../supabase/local/storage/storage.ts'
import { createTokens } from '../../supabase/local/tokens.ts'
import { startCluster } from '../support/cluster.ts'
import { createDatabase } from '../support/database.ts'
import { serve } from '../support/serve.ts'
import type { Report } from './run.ts'
import type { Order, Transfer } from './storageClient.ts'

const BYTES = 200 << 20
/** Ours and the peer's take turns, so that both see the same machine. */
const ROUNDS = 3
const SMALL = 300

/** Large files up and down, and small files one after the other, against a server that copies the same bytes to the same disk. */
export async function bench(report: Report): Promise<void> {
  const { cluster, stop } = await startCluster()
  const database = await createDatabase(cluster)
  const sql = postgres(database.url('supabase_admin'), { max: 1, onnotice: () => {} })
  await sql`insert into storage.buckets (id, name) values ('bench', 'bench')`
  await sql.end()
  const directory = mkdtempSync(join(tmpdir(), 'atrium-bench-'))
  const secrets = makeSecrets()
  const storage = await createStorage({
    databaseUrl: database.url('supabase_storage_admin'),
    tokens: createTokens(secrets),
    secret: secrets.storageSecret,
    directory: join(directory, 'objects'),
    fileSizeLimit: 2 * BYTES,
  })
  const ours = await serve(storage)
  const peer = await serve(copyServer(join(directory, 'copy')))
  const client = fork(new URL('./storageClient.ts', import.meta.url), { execArgv: [] })
  const headers = { authorization: `Bearer ${secrets.secretKey}`, 'content-type': 'application/octet-stream' }

  async function run(order: Order): Promise<number> {
    client.send(order)
    const [{ status, seconds }] = (await once(client, 'message')) as [Transfer]
    if (status >= 300) throw new Error(`${order.method} ${order.url} was answered with ${status}`)
    return seconds
  }
  const place = { ours: `${ours.url}/storage/v1/object/bench/large`, peer: `${peer.url}/large` }

  async function compare(method: 'PUT' | 'GET', bytes: number, times: number): Promise<[ours: number, peer: number]> {
    const seconds = { ours: 0, peer: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      for (const who of ['ours', 'peer'] as const) {
        for (let index = 0; index < times; index++) seconds[who] += await run({ method, url: place[who], headers, bytes })
      }
    }
    return [seconds.ours / ROUNDS, seconds.peer / ROUNDS]
  }

  const throughput = (name: string, [mine, its]: [number, number]) => {
    const [value, other] = [BYTES / 1e6 / mine, BYTES / 1e6 / its]
    report({ name, value, unit: 'MB/s', peer: other, ratio: value / other })
  }
  try {
    throughput('Storage, upload of 200 MiB against a bare copy with fsync', await compare('PUT', BYTES, 1))
    throughput('Storage, download of 200 MiB against a bare copy', await compare('GET', 0, 1))
    const [mine, its] = await compare('PUT', 1000, SMALL / ROUNDS)
    const rate = (seconds: number) => SMALL / ROUNDS / seconds
    report({
      name: 'Storage, uploads of 1 kB one by one against a bare copy with fsync',
      value: rate(mine),
      unit: '/s',
      peer: rate(its),
      ratio: rate(mine) / rate(its),
    })
  } finally {
    client.disconnect()
    await ours.close()
    await peer.close()
    await database.drop()
    await stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** The least that stores a file for good: its bytes, flushed. No rights, no row, no hash, no second version. */
function copyServer(path: string): Service {
  return {
    async handle(request, response) {
      if (request.method === 'PUT') {
        await pipeline(request, createWriteStream(path, { flush: true }))
        response.writeHead(200).end()
        return
      }
      response.writeHead(200, { 'content-length': (await stat(path)).size })
      await pipeline(createReadStream(path), response)
    },
    close: async () => {},
  }
}
