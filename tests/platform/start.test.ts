import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { makeData, runReal, type Started, startReal } from '../support/start.ts'

// Each starts the real thing, several processes on a shared machine.
const SLOW = { timeout: 90_000 }
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

function directory(prefix?: string): string {
  const { data, remove } = makeData(prefix)
  cleanups.push(remove)
  return data
}

async function start(data: string, options = {}): Promise<Started> {
  const platform = await startReal(data, options)
  cleanups.push(() => platform.stop())
  return platform
}

const isRunning = (pid: number) => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
const health = async (url: string) =>
  ((await fetch(`${url}/health`)).json() as Promise<{ status: string; parts: Record<string, string> }>).catch(() => null)
const isWell = async (url: string) => (await health(url).catch(() => null))?.status
const gone = (pids: number[]) => expect.poll(() => pids.filter(isRunning), { timeout: 30_000 }).toEqual([])

test('[START1] a start prints one line of JSON when every part is up, and a stop ends every process with code 0', SLOW, async () => {
  // A path with spaces and letters beyond ASCII is a path.
  const platform = await start(directory('atrium start ü-'))
  expect(platform).toMatchObject({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    publishableKey: expect.stringMatching(/^sb_publishable_/),
    secretKey: expect.stringMatching(/^sb_secret_/),
    databaseUrl: expect.stringMatching(/^postgres:\/\/postgres:/),
    mailUrl: `${platform.url}/dev/mail`,
  })
  expect(await health(platform.url)).toEqual({
    status: 'ok',
    parts: { gateway: 'up', postgres: 'up', collab: 'up', worker: 'up' },
  })
  const pids = Object.values(platform.pids())
  expect(pids).toHaveLength(5)
  expect(await platform.stop('SIGTERM')).toBe(0)
  await gone(pids)
})

test('[START2] a second start on the same data says so and ends, and the first goes on', SLOW, async () => {
  const platform = await start(directory())
  const { code, output } = await runReal({ args: ['--port', '0', '--data', platform.data] })
  expect(code).toBe(1)
  expect(output.trim()).toMatch(/^Atrium is already running on .* \(process \d+, http:.*\)\. .*--data$/)
  expect(await isWell(platform.url)).toBe('ok')
})

test(
  '[START3] after kill -9 of the starting process nothing is left running, and the next start has all that was there',
  SLOW,
  async () => {
    const data = directory()
    const killed = await start(data)
    const pids = killed.pids()
    const secrets = readFileSync(`${data}/secrets.json`, 'utf8')
    process.kill(pids.supervisor as number, 'SIGKILL')
    const platform = await start(data)
    await gone(Object.values(pids))
    expect(await isWell(platform.url)).toBe('ok')
    expect(readFileSync(`${data}/secrets.json`, 'utf8')).toBe(secrets)
  },
)

test('[START4] after kill -9 of what npm runs, everything it started ends by itself', SLOW, async () => {
  const platform = await start(directory())
  const pids = Object.values(platform.pids())
  platform.process.kill('SIGKILL')
  await gone(pids)
})

test('[START5] a part that dies is named by /health and comes back', SLOW, async () => {
  const platform = await start(directory())
  for (const part of ['collab', 'worker', 'postgres', 'gateway']) {
    const before = platform.pids()[part] as number
    process.kill(before, 'SIGKILL')
    if (part === 'worker') await expect.poll(async () => (await health(platform.url))?.parts.worker, { interval: 20 }).toBe('down')
    await expect.poll(() => platform.pids()[part] ?? before, { timeout: 20_000 }).not.toBe(before)
    await expect.poll(() => isWell(platform.url), { timeout: 20_000 }).toBe('ok')
  }
})

test('[START6] a lock that a dead process left, whose number is somebody else’s by now, keeps nobody out', SLOW, async () => {
  const data = directory()
  const other = spawn('sleep', ['60'])
  cleanups.push(() => other.kill())
  mkdirSync(data)
  const stale = { pid: other.pid, started: 'long ago' }
  writeFileSync(`${data}/lock.json`, JSON.stringify(stale))
  writeFileSync(`${data}/children.json`, JSON.stringify({ gateway: stale }))
  const platform = await start(data)
  expect(await isWell(platform.url)).toBe('ok')
  expect(other.exitCode ?? other.signalCode).toBeNull()
})

test('[START7] Ctrl-C while it is starting ends it cleanly', SLOW, async () => {
  const data = directory()
  const starting = startReal(data)
  await expect.poll(() => isLocked(data), { timeout: 10_000, interval: 10 }).toBe(true)
  const { pid } = JSON.parse(readFileSync(`${data}/lock.json`, 'utf8')) as { pid: number }
  process.kill(pid, 'SIGINT')
  await starting.catch(() => {})
  await gone([pid])
  expect(isLocked(data)).toBe(false)
})

const isLocked = (data: string) => {
  try {
    return readFileSync(`${data}/lock.json`, 'utf8').length > 0
  } catch {
    return false
  }
}

test.for([
  [['--porrt', '1'], /^Unknown option '--porrt'\. See npm start -- --help$/],
  [['--port', 'eighty'], /^The port must be a number from 0 to 65535, not "eighty"$/],
  [['--site-url', 'example.com'], /^The site URL must begin with http:\/\/ or https:\/\/, not "example.com"$/],
  [['now'], /^Unexpected argument 'now'/],
] as const)('[START8] %s ends with code 2 and a sentence', async ([args, sentence]) => {
  const { code, output } = await runReal({ args: [...args] })
  expect(code).toBe(2)
  expect(output.trim()).toMatch(sentence)
})

test('[START9] a port that is taken and an address that is not here are each a sentence, and nothing is left behind', SLOW, async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  cleanups.push(() => taken.close())
  await expect.poll(() => taken.listening).toBe(true)
  const address = taken.address()
  const port = typeof address === 'object' ? address?.port : 0
  const data = directory()
  const first = await runReal({ args: ['--port', String(port), '--data', data] })
  expect(first).toEqual({ code: 1, output: expect.stringMatching(/^Port \d+ on 127\.0\.0\.1 is taken by another program; .*--port/) })
  const second = await runReal({ args: ['--host', '203.0.113.7', '--port', '0', '--data', data] })
  expect(second).toEqual({ code: 1, output: '203.0.113.7 is no address of this machine\n' })
  expect(isLocked(data)).toBe(false)
})

test('[START10] the environment says the same as the flags, and a flag wins', SLOW, async () => {
  const data = directory()
  const { output } = await runReal({
    args: ['--host', '203.0.113.7'],
    env: { ATRIUM_DATA: data, ATRIUM_HOST: '203.0.113.8', ATRIUM_PORT: '0' },
  })
  expect(output).toBe('203.0.113.7 is no address of this machine\n')
})

test(
  '[START11] as root, in a folder that is closed to others, the database finds a place and a link leads to it',
  SLOW,
  async ({ skip }) => {
    if (process.getuid?.() !== 0) return skip('only root has such folders')
    const { data, remove } = makeData('atrium-closed-', 0o700)
    cleanups.push(remove)
    const platform = await start(data)
    const place = realpathSync(`${data}/postgres`)
    cleanups.splice(1, 0, () => rmSync(place, { recursive: true }))
    expect(place).toMatch(/^\/var\/lib\/atrium\/cluster-/)
    expect(statSync(place).mode & 0o077).toBe(0)
    expect(await isWell(platform.url)).toBe('ok')
  },
)
