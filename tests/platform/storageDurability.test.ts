import { type ChildProcess, fork } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import postgres from 'postgres'
import * as tus from 'tus-js-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeSecrets } from '../../supabase/local/secrets.ts'
import { createTokens } from '../../supabase/local/tokens.ts'
import { createDatabase, type Database } from '../support/database.ts'
import type { ProcessSettings } from './storageProcess.ts'
import { filesBelow } from './storageSupport.ts'

const keys = makeSecrets()
const MIB = 1 << 20
let database: Database
let sql: postgres.Sql
let directory: string
let headers: Record<string, string>
const running = new Set<ChildProcess>()

beforeAll(async () => {
  database = await createDatabase()
  sql = postgres(database.url('supabase_admin'), { max: 2, onnotice: () => {} })
  await sql`insert into storage.buckets (id, name) values ('docs', 'docs')`
  directory = mkdtempSync(join(tmpdir(), 'atrium-storage-'))
  headers = { authorization: `Bearer ${createTokens(keys).sign({ role: 'service_role', exp: Math.floor(Date.now() / 1000) + 3600 })}` }
})
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await sql.end()
  await database.drop()
  rmSync(directory, { recursive: true, force: true })
})

/** The service in a process of its own, so that it can be killed and measured. */
async function start(later = 0) {
  const settings: ProcessSettings = {
    databaseUrl: database.url('supabase_storage_admin'),
    directory,
    fileSizeLimit: 600 * MIB,
    keys,
    later,
  }
  const child = fork(new URL('./storageProcess.ts', import.meta.url), [JSON.stringify(settings)], { execArgv: [] })
  running.add(child)
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  return {
    url: `${url}/storage/v1`,
    /** The most resident memory since the last call, in MiB. */
    async peakMib(): Promise<number> {
      child.send('peak')
      const [{ peak }] = (await once(child, 'message')) as [{ peak: number }]
      return peak / MIB
    },
    async kill(): Promise<void> {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      running.delete(child)
    },
  }
}

interface Row {
  name: string
  version: string
  metadata: { size: number; eTag: string }
}
const rows = () => sql<Row[]>`select name, version, metadata from storage.objects`
const versionsOnDisk = () => filesBelow(join(directory, 'versions')).map((file) => basename(file))

/** Every row has its whole file. */
async function expectWhole(): Promise<void> {
  const files = new Map(filesBelow(directory).map((file) => [basename(file), file]))
  for (const { name, version, metadata } of await rows()) {
    const bytes = readFileSync(files.get(version) ?? name)
    expect([name, bytes.length, `"${createHash('sha256').update(bytes).digest('hex')}"`]).toEqual([name, metadata.size, metadata.eTag])
  }
}

test('[STO33] kill -9 at any moment loses nothing that was acknowledged and leaves no row without its file', {
  timeout: 60_000,
}, async () => {
  const acknowledged = new Map<string, string>()
  for (let round = 0; round < 6; round++) {
    const server = await start()
    let isOver = false
    const writers = Array.from({ length: 6 }, async (_, writer) => {
      for (let index = 0; !isOver; index++) {
        // Some names are written again and again: the old version must go only when the new one is there.
        const name = index % 2 ? `${writer}/again` : `${writer}/${round}-${index}`
        const body = randomBytes(1000 + ((writer * 7919 + index * 104_729) % 300_000))
        const init = { method: 'POST', headers: { ...headers, 'x-upsert': 'true' }, body }
        const answer = await fetch(`${server.url}/object/docs/${name}`, init).catch(() => null)
        if (answer?.ok) acknowledged.set(name, createHash('sha256').update(body).digest('hex'))
        else if (isOver) acknowledged.delete(name) // Nobody knows which of the two it is now; both are whole.
      }
    })
    // Later in each round, so that each finds another state.
    await expect.poll(() => acknowledged.size, { timeout: 10_000 }).toBeGreaterThan(round * 3)
    isOver = true
    await server.kill()
    await Promise.all(writers)
  }
  await expectWhole()
  const stored = new Map((await rows()).map(({ name, metadata }) => [name, metadata.eTag]))
  for (const [name, digest] of acknowledged) expect([name, stored.get(name)]).toEqual([name, `"${digest}"`])
  expect(acknowledged.size).toBeGreaterThan(10)

  // An hour later the orphans go, and nothing else does.
  const server = await start(2 * 3600_000)
  const known = (await rows()).map(({ version }) => version).sort()
  await expect.poll(() => versionsOnDisk().sort()).toEqual(known)
  await expectWhole()
  await server.kill()
})

test('[STO34] the sweep takes orphans that are an hour old, and leaves those that may still get a row', async () => {
  const shard = join(directory, 'versions', 'ab')
  const orphan = (start: string) => join(shard, `${start}-0000-4000-8000-000000000000`)
  for (const name of ['ab000001', 'ab000002']) writeFileSync(orphan(name), 'x')
  const hourAgo = Date.now() / 1000 - 3700
  utimesSync(orphan('ab000001'), hourAgo, hourAgo)
  const server = await start()
  await expect.poll(() => versionsOnDisk().filter((name) => name.startsWith('ab00000'))).toEqual([basename(orphan('ab000002'))])
  await server.kill()
  rmSync(orphan('ab000002'))
})

/** 500 MiB that are never in memory at once. */
function* large(): Generator<Buffer> {
  const block = randomBytes(MIB)
  for (let index = 0; index < 500; index++) yield block
}
const LARGE = 500 * MIB
const stream = (parts: Iterable<Buffer>) => Readable.toWeb(Readable.from(parts)) as ReadableStream

function* form(): Generator<Buffer> {
  yield Buffer.from('--b\r\ncontent-disposition: form-data; name=""; filename="f"\r\ncontent-type: video/mp4\r\n\r\n')
  yield* large()
  yield Buffer.from('\r\n--b--\r\n')
}

test('[STO35] 500 MiB go up and down in memory that stays flat', { timeout: 180_000 }, async () => {
  const server = await start()
  const url = `${server.url}/object/docs/large`
  const put = async (type: string, parts: Iterable<Buffer>) => {
    const init = { method: 'PUT', headers: { ...headers, 'content-type': type }, body: stream(parts), duplex: 'half' }
    return (await fetch(url, init)).status
  }
  // Warm: modules loaded, pools open.
  expect((await fetch(`${server.url}/object/docs/small`, { method: 'PUT', headers, body: 'x' })).status).toBe(200)
  const idle = await server.peakMib()
  const peaks: Record<string, number> = {}

  expect(await put('video/mp4', large())).toBe(200)
  peaks.raw = await server.peakMib()
  expect(await put('multipart/form-data; boundary=b', form())).toBe(200)
  peaks.form = await server.peakMib()
  await resumable(server.url)
  peaks.resumable = await server.peakMib()
  let size = 0
  const response = await fetch(url, { headers })
  for await (const chunk of response.body ?? []) size += chunk.length
  peaks.download = await server.peakMib()
  expect(size).toBe(LARGE)

  console.info(
    `memory, MiB: idle ${idle.toFixed()}, ${Object.entries(peaks)
      .map(([what, peak]) => `${what} ${peak.toFixed()}`)
      .join(', ')}`,
  )
  for (const [what, peak] of Object.entries(peaks)) expect([what, peak - idle < 128]).toEqual([what, true])
  expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(200)
  await server.kill()
})

function resumable(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    new tus.Upload(Readable.from(large()), {
      endpoint: `${url}/upload/resumable`,
      headers: { ...headers, 'x-upsert': 'true' },
      chunkSize: 6 * MIB,
      uploadSize: LARGE,
      retryDelays: [],
      metadata: { bucketName: 'docs', objectName: 'large', contentType: 'video/mp4' },
      onSuccess: () => resolve(),
      onError: reject,
    }).start()
  })
}
