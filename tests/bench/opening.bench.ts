import { once } from 'node:events'
import WebSocket from 'ws'
import * as Y from 'yjs'
import { documentName } from '../../hocuspocus-server/src/protocol.ts'
import { MESSAGE, readHeader, SYNC } from '../../hocuspocus-server/src/wire.ts'
import { startCollaboration, tokenFor } from '../server/process.ts'
import { createTeam } from '../server/team.ts'
import { startCluster } from '../support/cluster.ts'
import { createDatabase } from '../support/database.ts'
import { startLoad } from './collaborationRates.ts'
import type { Report } from './run.ts'

/** BENCH_LONG=1 opens a document after a million edits. */
const EDITS = process.env.BENCH_LONG ? 1_000_000 : 40_000
const PER_SECOND = 8_000
const OPENINGS = 7
const PATIENCE_MS = 60_000

/** Opening a document with a long history, against one that is nothing but its snapshot: both say the same. */
export async function bench(report: Report): Promise<void> {
  const { cluster, stop } = await startCluster()
  const database = await createDatabase(cluster)
  const team = await createTeam(database)
  const server = await startCollaboration(database.url('atrium_collab'), { MAX_UPDATES_PER_SECOND: '100000' })

  async function read(documentId: string): Promise<{ whole: Y.Doc; parts: number }> {
    const rows = await team.admin<{ update: Buffer }[]>`
      with snapshot as (select upto, state from atrium_private.document_snapshots where document_id = ${documentId})
      select state as update from snapshot
      union all select update from atrium_private.document_updates
      where document_id = ${documentId} and id > coalesce((select upto from snapshot), 0)`
    const whole = new Y.Doc()
    whole.transact(() => {
      for (const { update } of rows) Y.applyUpdate(whole, update)
    })
    return { whole, parts: rows.length }
  }

  try {
    const [long, plain] = [await team.document(), await team.document()]
    const token = await tokenFor(await team.person('Writer', 'editor'))
    const load = await startLoad({
      protocol: 'hocuspocus',
      url: server.url,
      documents: [documentName(long)],
      token,
      clientsPerDocument: 2,
      observersPerDocument: 1,
    })
    await load.measure({ perSecond: PER_SECOND, seconds: EDITS / PER_SECOND })
    let stored = await read(long)
    for (const deadline = Date.now() + PATIENCE_MS; stored.whole.getText('text').length < EDITS; stored = await read(long)) {
      if (Date.now() > deadline) throw new Error('The edits do not reach the log')
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
    await server.end('SIGKILL') // Leaving in peace, it would fold the log.
    load.stop()
    await team.admin`
      insert into atrium_private.document_snapshots (document_id, state) values (${plain}, ${Buffer.from(Y.encodeStateAsUpdate(stored.whole))})`
    await server.restart()
    const times = { long: [] as number[], plain: [] as number[] }
    for (let turn = 0; turn < OPENINGS; turn++) {
      times.plain.push(await open(server.url, plain, token))
      times.long.push(await open(server.url, long, token))
    }
    const [value, peer] = [median(times.long), median(times.plain)]
    const name = `Opening a document after ${EDITS} edits, against its pure snapshot (${stored.parts} parts)`
    report({ name, value, unit: 'ms', peer, ratio: value / peer })
  } finally {
    await server.end('SIGTERM')
    await team.close()
    await database.drop()
    await stop()
  }
}

/** Milliseconds from asking until the whole text is there. */
async function open(url: string, documentId: string, token: string): Promise<number> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  await once(socket, 'open')
  const name = Buffer.from(documentName(documentId))
  const say = (numbers: number[], payload: Buffer) => {
    const length = payload.length < 128 ? [payload.length] : [128 | (payload.length & 127), payload.length >>> 7]
    socket.send(Buffer.concat([Buffer.from([name.length]), name, Buffer.from([...numbers, ...length]), payload]))
  }
  const askedAt = performance.now()
  const arrived = new Promise<number>((resolve) => {
    socket.on('message', (data) => {
      const { type, kind } = readHeader(data as Buffer)
      if (type === MESSAGE.sync && kind === SYNC.step2) resolve(performance.now() - askedAt)
    })
  })
  say([MESSAGE.auth, 0], Buffer.from(token))
  say([MESSAGE.sync, SYNC.step1], Buffer.from([0]))
  const time = await arrived
  socket.close()
  await once(socket, 'close')
  return time
}

const median = (values: number[]) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
