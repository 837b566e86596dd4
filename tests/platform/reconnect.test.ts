import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster } from '../support/cluster.ts'
import { type Person, startPlatform, type TestPlatform } from '../support/platform.ts'

/** More at once than any service has connections. */
const AT_ONCE = 30
const BUCKET = 'reconnecting'
/** supabase-js drops the code of GoTrue's 503. */
const CODES: Record<string, string> = { rest: 'PGRST001', auth: '', storage: 'DatabaseUnavailable' }

let server: Awaited<ReturnType<typeof startCluster>>
let platform: TestPlatform
let olga: Person
let workspace: string
const uncaught: unknown[] = []
const keep = (error: unknown) => void uncaught.push(error)

beforeAll(async () => {
  process.on('uncaughtException', keep)
  process.on('unhandledRejection', keep)
  server = await startCluster()
  platform = await startPlatform({ worker: true, cluster: server.cluster })
  olga = await platform.signUp('Olga')
  workspace = crypto.randomUUID()
  await olga.client.rpc('create_workspace', { id: workspace, name: 'Studio' }).throwOnError()
  await platform.client(platform.secretKey).storage.createBucket(BUCKET)
})
afterAll(async () => {
  await platform.stop()
  await server.stop()
  process.off('uncaughtException', keep)
  process.off('unhandledRejection', keep)
})

interface Outcome {
  service: string
  /** Of the response; null without one. */
  status: number | null
  code: string
  message: string
  ms: number
}

/** What a person's client does all day; each names its service. */
const requests: Record<string, () => PromiseLike<{ error: unknown; status?: number }>> = {
  'rest: a function': () => olga.client.rpc('my_workspaces').retry(false),
  'rest: rows': () => olga.client.from('workspaces').select('id, name').eq('id', workspace).retry(false),
  'rest: a change': () => olga.client.from('profiles').update({ name: 'Olga' }).eq('id', olga.id),
  'auth: who am I': () => olga.client.auth.getUser(),
  'auth: an account': () => platform.client(platform.secretKey).auth.admin.getUserById(olga.id),
  'storage: a list': () => platform.client(platform.secretKey).storage.from(BUCKET).list(),
  'storage: an upload': () =>
    platform.client(platform.secretKey).storage.from(BUCKET).upload(`${crypto.randomUUID()}.txt`, 'text', { contentType: 'text/plain' }),
}

async function outcomeOf(service: string): Promise<Outcome> {
  const started = performance.now()
  const answer = await requests[service]?.()
  const error = answer?.error as { status?: number; statusCode?: string; code?: string; message: string } | null | undefined
  return {
    service,
    status: error ? Number(error.status ?? answer?.status ?? error.statusCode) || null : 200,
    code: String(error?.code ?? error?.statusCode ?? ''),
    message: error?.message ?? '',
    ms: performance.now() - started,
  }
}

const allAtOnce = (times: number) =>
  Promise.all(Object.keys(requests).flatMap((service) => Array.from({ length: times }, () => outcomeOf(service))))
const failed = (outcomes: Outcome[]) => outcomes.filter(({ status }) => status !== 200)
/** What may happen to a request whose connection is lost. */
const isUnavailable = ({ service, status, code, message }: Outcome) =>
  status === 503 && code === CODES[service.split(':')[0] ?? ''] && /^The database .* moment\.?$/.test(message)

/** Connects as the superuser for one statement: nothing of it outlives an outage. */
async function asAdmin<T>(work: (sql: postgres.Sql) => PromiseLike<T>): Promise<T> {
  const sql = postgres(platform.databaseUrl('supabase_admin'), { max: 1, fetch_types: false, onnotice: () => {} })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** Ends connections of the services as long as `under` runs: one in the middle of a transaction, or another one. */
async function terminatingBackends<T>(under: Promise<T>): Promise<{ result: T; terminated: number }> {
  let isOver = false
  void under.finally(() => (isOver = true)).catch(() => {})
  const terminated = await asAdmin(async (sql) => {
    let count = 0
    while (!isOver) {
      const rows = await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
        order by state like 'idle in transaction%' desc, random() limit 1`
      count += rows.length
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    return count
  })
  return { result: await under, terminated }
}

async function load(rounds: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (let round = 0; round < rounds; round++) outcomes.push(...(await allAtOnce(4)))
  return outcomes
}

async function expectEverythingWorks() {
  expect(failed(await allAtOnce(AT_ONCE))).toEqual([])
  expect(uncaught).toEqual([])
}

test('[OUT1] connections may be lost in the middle of transactions: nobody else notices, and none is lost for good', {
  timeout: 120_000,
}, async () => {
  const { result, terminated } = await terminatingBackends(load(25))
  expect(terminated).toBeGreaterThan(50)
  expect(failed(result).filter((outcome) => !isUnavailable(outcome))).toEqual([])
  expect(result.filter(({ status }) => status === 200).length).toBeGreaterThan(result.length / 2)
  await expectEverythingWorks()
})

test('[OUT2] without PostgreSQL every request is told so at once, and the first ones after its return are answered', {
  timeout: 120_000,
}, async () => {
  for (const awaySeconds of [0, 2, 6]) {
    // Under load when it goes, so that every connection is in the middle of something.
    const before = load(3)
    await server.halt()
    expect(failed(await before).filter((outcome) => !isUnavailable(outcome))).toEqual([])
    const until = performance.now() + awaySeconds * 1000
    do {
      const away = await allAtOnce(2)
      expect(away.filter((outcome) => !isUnavailable(outcome))).toEqual([])
      expect(away.filter(({ ms }) => ms > 3_000)).toEqual([])
    } while (performance.now() < until)
    const account = await fetch(`${platform.url}/auth/v1/admin/users/${olga.id}`, {
      headers: { apikey: platform.secretKey, authorization: `Bearer ${platform.secretKey}` },
    })
    expect(await account.json()).toMatchObject({ error_code: 'database_unavailable', msg: expect.stringContaining('The database') })
    await server.resume()
    await expectEverythingWorks()
  }
})

test('[OUT3] a change of the schema is heard after an outage', { timeout: 60_000 }, async () => {
  await server.halt()
  await server.resume()
  const shout = () => olga.client.rpc('shout').then(({ data, error }) => data ?? error?.code)
  await expect.poll(shout, { timeout: 10_000 }).toBe('PGRST202')
  // Listening again reads the catalogue again as well: this change comes after that.
  await expect
    .poll(() => asAdmin((sql) => sql`select from pg_stat_activity where application_name like 'rest: listening%'`), { timeout: 10_000 })
    .toHaveLength(1)
  expect(await shout()).toBe('PGRST202')
  await asAdmin((sql) =>
    sql.unsafe(
      `create function atrium.shout() returns text language sql as $$ select 'hey' $$; grant execute on function atrium.shout to authenticated`,
    ),
  )
  await asAdmin((sql) => sql`notify pgrst, 'reload schema'`)
  await expect.poll(shout, { timeout: 5_000 }).toBe('hey')
})

test('[OUT4] what was broadcast from the database is heard again after an outage', { timeout: 60_000 }, async () => {
  const heard: unknown[] = []
  const channel = olga.client.channel('weather').on('broadcast', { event: 'wind' }, ({ payload }) => heard.push(payload.knots))
  await new Promise<void>((resolve) => channel.subscribe((status) => status === 'SUBSCRIBED' && resolve()))
  await server.halt()
  await server.resume()
  await asAdmin((sql) => sql`select realtime.send('{"knots": 12}'::jsonb, 'wind', 'weather', false)`)
  await expect.poll(() => heard, { timeout: 10_000 }).toEqual([12])
  await olga.client.removeAllChannels()
})

test('[OUT5] the worker goes on with its jobs after lost connections and an outage', { timeout: 60_000 }, async () => {
  const enqueue = (to: string) =>
    asAdmin((sql) => sql`select atrium_private.enqueue('send_mail', ${sql.json({ to, subject: 'Hello', text: 'Hi', html: '<p>Hi</p>' })})`)
  const arrived = (to: string) => expect.poll(() => platform.mail(to), { timeout: 20_000 }).toHaveLength(1)
  const invite = (email: string) => olga.client.rpc('invite_member', { workspace_id: workspace, email, role: 'editor' }).throwOnError()
  await enqueue('before@example.com')
  await arrived('before@example.com')
  await asAdmin((sql) => sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'atrium_worker'`)
  await enqueue('lost@example.com')
  await arrived('lost@example.com')
  await server.halt()
  await server.resume()
  await enqueue('outage@example.com')
  await arrived('outage@example.com')
  await invite('ben@example.com')
  await arrived('ben@example.com')
  await expectEverythingWorks()
})

test('[OUT6] a PostgreSQL that takes connections and says nothing holds nobody for long', { timeout: 60_000 }, async () => {
  const [row] = await asAdmin((sql) => sql<{ file: string }[]>`select pg_read_file('postmaster.pid') as file`)
  const postmaster = Number.parseInt(row?.file ?? '', 10)
  await asAdmin(
    (sql) => sql`select pg_terminate_backend(pid) from pg_stat_activity where usename in ('authenticator', 'supabase_auth_admin')`,
  )
  process.kill(postmaster, 'SIGSTOP')
  try {
    const outcomes = await Promise.all(['rest: a function', 'rest: rows', 'auth: an account'].map(outcomeOf))
    expect(outcomes.filter((outcome) => !isUnavailable(outcome))).toEqual([])
    expect(outcomes.filter(({ ms }) => ms > 10_000)).toEqual([])
  } finally {
    process.kill(postmaster, 'SIGCONT')
  }
  await expectEverythingWorks()
})
