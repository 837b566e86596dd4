import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { documentName } from '../../hocuspocus-server/src/protocol.ts'
import { type CollaborationProcess, tokenFor } from '../server/process.ts'
import type { Team } from '../server/team.ts'
import type { Measured, Plan, Window } from './collaborationLoad.ts'
import type { Report } from './run.ts'

/** BENCH_LONG=1 looks for the highest rates as well; it takes minutes. */
const IS_LONG = Boolean(process.env.BENCH_LONG)
const STEADY: Window = { perSecond: 6_000, seconds: 4 }
/** Beyond this, p99 in milliseconds, a rate is not kept up. */
const BEARABLE_MS = 200

const SHAPES = {
  '1 document with 200 clients': {
    documents: 1,
    clientsPerDocument: 200,
    observersPerDocument: 4,
    rates: [600, 1_200, 2_400, 4_800, 7_200, 9_600],
  },
  '200 documents with 5 clients': {
    documents: 200,
    clientsPerDocument: 5,
    observersPerDocument: 1,
    rates: [3_000, 6_000, 9_000, 12_000, 18_000, 24_000],
  },
} as const

interface Ours {
  server: CollaborationProcess
  team: Team
  relayUrl: string
}

interface Contestant {
  name: string
  protocol: Plan['protocol']
  url: string
  pid: number
  stop(): void
}

/** Many people at once, with durability on, against peers that store nothing. Everybody in turn on the same machine. */
export async function measureLoad(report: Report, { server, team, relayUrl }: Ours): Promise<void> {
  const token = await tokenFor(await team.person('Loader', 'editor'))
  const ours: Contestant = { name: 'Atrium', protocol: 'hocuspocus', url: server.url, pid: server.pid, stop: () => {} }
  const relay: Contestant = { name: 'a bare relay', protocol: 'y-websocket', url: relayUrl, pid: 0, stop: () => {} }

  async function prepare(contestant: Contestant, shape: (typeof SHAPES)[keyof typeof SHAPES]) {
    const documents = await Promise.all(
      Array.from({ length: shape.documents }, async () => documentName(contestant === ours ? await team.document() : crypto.randomUUID())),
    )
    return startLoad({ ...shape, documents, token, protocol: contestant.protocol, url: contestant.url })
  }

  /** The rate of all who write that the contestant still keeps up. */
  async function highest(contestant: Contestant, shape: (typeof SHAPES)[keyof typeof SHAPES]): Promise<number> {
    const load = await prepare(contestant, shape)
    let kept = 0
    for (const perSecond of shape.rates) {
      const { p99, delivered } = await load.measure({ perSecond, seconds: 3 })
      process.stderr.write(`  ${contestant.name}: ${perSecond}/s, p99 ${p99.toFixed(1)} ms, ${(delivered * 100).toFixed(0)} % delivered\n`)
      if (p99 > BEARABLE_MS || delivered < 0.95) break
      kept = perSecond
    }
    load.stop()
    return kept
  }

  async function steady(contestant: Contestant): Promise<Measured & { cpuMicroseconds: number; walBytes: number }> {
    const load = await prepare(contestant, SHAPES['200 documents with 5 clients'])
    await load.measure({ perSecond: 1_000, seconds: 1 })
    const [cpuBefore, walBefore] = [cpuSeconds(contestant.pid), await walPosition(team)]
    const measured = await load.measure(STEADY)
    const edits = STEADY.perSecond * STEADY.seconds
    const cpuMicroseconds = ((cpuSeconds(contestant.pid) - cpuBefore) * 1e6) / edits
    const walBytes = ((await walPosition(team)) - walBefore) / edits
    load.stop()
    return { ...measured, cpuMicroseconds, walBytes }
  }

  const stock = await startPeer('hocuspocus', 'hocuspocus')
  try {
    const [here, there] = [await steady(ours), await steady(stock)]
    const what = `at ${STEADY.perSecond} a second, 200 documents with 5 clients`
    const share = here.delivered
    report({
      name: `Edits that arrive ${what}`,
      value: share * 100,
      unit: '%',
      peer: there.delivered * 100,
      ratio: share / there.delivered,
    })
    for (const [name, key] of [
      ['p50', 'p50'],
      ['p99', 'p99'],
    ] as const)
      report({
        name: `An edit reaches the others ${what}, ${name}`,
        value: here[key],
        unit: 'ms',
        peer: there[key],
        ratio: here[key] / there[key],
      })
    const [value, peer] = [here.cpuMicroseconds, there.cpuMicroseconds]
    report({ name: `Processor time of a durable edit, the peer's not durable, ${what}`, value, unit: 'µs', peer, ratio: value / peer })
    report({ name: `Write-ahead log of an edit ${what}`, value: here.walBytes, unit: 'bytes' })
  } finally {
    stock.stop()
  }
  if (!IS_LONG) return
  for (const [name, shape] of Object.entries(SHAPES)) {
    const value = await highest(ours, shape)
    for (const kind of ['hocuspocus', 'y-websocket'] as const) {
      const peer = await startPeer(kind, kind)
      const reached = await highest(peer, shape)
      peer.stop()
      report({
        name: `Edits a second, ${name}, p99 < ${BEARABLE_MS} ms, against ${kind}`,
        value,
        unit: '/s',
        peer: reached,
        ratio: value / reached,
      })
    }
    if (shape.documents > 1) continue // A bare relay has one room.
    const reached = await highest(relay, shape)
    report({
      name: `Edits a second, ${name}, p99 < ${BEARABLE_MS} ms, against a bare relay`,
      value,
      unit: '/s',
      peer: reached,
      ratio: value / reached,
    })
  }
}

async function startPeer(kind: 'hocuspocus' | 'y-websocket', protocol: Plan['protocol']): Promise<Contestant> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('collaborationPeer.ts', import.meta.url)), kind], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = `ws://127.0.0.1:${await nextLine(child)}`
  return { name: kind, protocol, url, pid: child.pid as number, stop: () => child.kill() }
}

export async function startLoad(plan: Plan) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('collaborationLoad.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]()
  async function ask(task: Plan | Window): Promise<unknown> {
    child.stdin?.write(`${JSON.stringify(task)}\n`)
    const { value } = await lines.next()
    return JSON.parse(value as string)
  }
  await ask(plan)
  return { measure: (window: Window) => ask(window) as Promise<Measured>, stop: () => child.kill() }
}

async function nextLine(child: ChildProcess): Promise<string> {
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string]
  return line
}

/** User and system time of a process on Linux, where a tick is a hundredth of a second. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

async function walPosition({ admin }: Team): Promise<number> {
  const [row] = await admin<{ bytes: string }[]>`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as bytes`
  return Number(row?.bytes)
}
