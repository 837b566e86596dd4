import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { startPostgres } from '../../supabase/local/postgres/postgres.ts'
import { createRoles, createServiceSchemas } from '../../supabase/local/postgres/roles.ts'
import { createRealtime } from '../../supabase/local/realtime/realtime.ts'
import { makeSecrets } from '../../supabase/local/secrets.ts'
import { createTokens } from '../../supabase/local/tokens.ts'
import { freePort } from '../support/ports.ts'
import { serve } from '../support/serve.ts'
import { eventually } from './realtimeServer.ts'
import { openSocket } from './realtimeSocket.ts'

test('[RT11] PostgreSQL may go away and come back: sockets stay, private joins wait, broadcasts go on', { timeout: 60_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'atrium-restart-'))
  chmodSync(directory, 0o711)
  const options = { directory: join(directory, 'postgres'), port: await freePort(), password: 'test', settings: ['fsync=off'] }
  const url = (login: string) => `postgres://${login}:test@127.0.0.1:${options.port}/postgres`
  let cluster = await startPostgres(options)
  await createRoles(url('supabase_admin'), 'test')
  await createServiceSchemas(url('supabase_admin'))
  const secrets = makeSecrets()
  const server = await serve(await createRealtime({ databaseUrl: url('supabase_realtime_admin'), tokens: createTokens(secrets) }))
  const heard: number[] = []
  const send = async (n: number) => {
    const sql = postgres(url('postgres'), { max: 1, onnotice: () => {} })
    await sql`select realtime.send(${sql.json({ n })}, ${'e'.repeat(300)}, 'x', false)`
    await sql.end()
  }
  try {
    const socket = await openSocket({ url: server.url, secrets })
    socket.socket.on('message', (data: Buffer) => {
      const [, , , event, payload] = JSON.parse(data.toString())
      if (event === 'broadcast') heard.push(payload.payload.n)
    })
    await socket.ask('realtime:x', 'phx_join')
    await send(1)
    await eventually(() => heard).toEqual([1])
    await cluster.stop()
    const refused = await socket.ask('realtime:p', 'phx_join', { config: { private: true } })
    expect(refused.response.reason).toMatch(/^DatabaseUnavailable: /)
    cluster = await startPostgres(options)
    await send(2)
    await eventually(() => heard, { timeout: 10_000 }).toEqual([1, 2])
    await send(3)
    await eventually(() => heard).toEqual([1, 2, 3])
    const answered = await socket.ask('realtime:p', 'phx_join', { config: { private: true } })
    expect(answered.response.reason).toMatch(/^Unauthorized: /)
  } finally {
    await server.close()
    await cluster.stop()
    rmSync(directory, { recursive: true, force: true })
  }
})
