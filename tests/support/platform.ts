import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@supabase/supabase-js'
import { inject } from 'vitest'
import { databaseUrl, type GatewayConfiguration } from '../../supabase/local/gateway/configuration.ts'
import { serve } from '../../supabase/local/gateway/services.ts'
import type { Mail } from '../../supabase/local/mailbox/mailbox.ts'
import { makeSecrets } from '../../supabase/local/secrets.ts'
import { collabPart, workerPart } from '../../supabase/local/supervisor/parts.ts'
import type { Part } from '../../supabase/local/supervisor/supervisor.ts'
import type { Cluster } from './cluster.ts'
import { createDatabase } from './database.ts'
import { freePort } from './ports.ts'

/** supabase-js on the schema `atrium`. */
export type Client = ReturnType<typeof connect>

export interface Person {
  id: string
  name: string
  email: string
  password: string
  /** Signed in as this person. */
  client: Client
}

export interface TestPlatform {
  url: string
  publishableKey: string
  secretKey: string
  /** Signs access tokens. */
  jwtSecret: string
  databaseUrl(login: string): string
  /** What the mailbox holds for an address, newest first. */
  mail(to: string): Promise<Mail[]>
  /** Speaks with the publishable key, or with another one. */
  client(key?: string): Client
  /** A new user with a confirmed mailbox. */
  signUp(name: string): Promise<Person>
  /** Kills the worker with signal 9 and starts another. */
  crashWorker(): Promise<void>
  stop(): Promise<void>
}

interface Wishes {
  collab?: boolean
  worker?: boolean
  cluster?: Cluster
  /** A folder of edge functions in place of the project's. */
  functions?: string
}

/** The platform on a database of its own: the gateway in this process; the collaboration server and the worker as processes when they are asked for. */
export async function startPlatform({
  collab = false,
  worker = false,
  cluster = inject('cluster'),
  ...options
}: Wishes = {}): Promise<TestPlatform> {
  const database = await createDatabase(cluster)
  const directory = mkdtempSync(join(tmpdir(), 'atrium-'))
  for (const name of ['run', 'objects', 'mail']) mkdirSync(join(directory, name))
  const configuration = await configure(cluster, database.url('postgres'), directory)
  const children: ChildProcess[] = []
  const launched = new Map<string, ChildProcess>()
  const launch = async (part: Part) => {
    const { process, ready } = part.launch()
    children.push(process)
    launched.set(part.name, process)
    await Promise.race([
      ready,
      new Promise((_, reject) => process.once('exit', () => reject(new Error(`${part.name} did not start: ${log}`)))),
    ])
  }
  let log = ''
  const keepLog = (text: string) => (log += text)
  const gateway = await serve(configuration, { log: keepLog, others: () => ({}), ...options })
  const mail = { smtpUrl: `smtp://127.0.0.1:${configuration.mailboxPort}`, from: 'Atrium <atrium@example.com>' }
  await Promise.all([collab && launch(collabPart(configuration, keepLog)), worker && launch(workerPart(configuration, mail, keepLog))])

  const { url } = gateway
  const { publishableKey, secretKey, jwtSecret } = configuration.secrets
  const client = (key = publishableKey) => connect(url, key)
  return {
    url,
    publishableKey,
    secretKey,
    jwtSecret,
    databaseUrl: (login) => databaseUrl(configuration, login),
    client,
    async mail(to) {
      const response = await fetch(`${url}/dev/mail?format=json&to=${encodeURIComponent(to)}`)
      return (await response.json()) as Mail[]
    },
    signUp: (name) => signUp(name, client(secretKey), client()),
    async crashWorker() {
      const running = launched.get('worker')
      const gone = new Promise((resolve) => running?.once('exit', resolve))
      running?.kill('SIGKILL')
      await gone
      await launch(workerPart(configuration, mail, keepLog))
    },
    async stop() {
      await Promise.all(children.map(end))
      await gateway.close()
      await database.drop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function configure(cluster: Cluster, url: string, dataDirectory: string): Promise<GatewayConfiguration> {
  const port = await freePort()
  const runDirectory = join(dataDirectory, 'run')
  return {
    host: '127.0.0.1',
    port,
    siteUrl: `http://127.0.0.1:${port}`,
    secrets: { ...makeSecrets(), databasePassword: cluster.password },
    databasePort: cluster.port,
    databaseName: new URL(url).pathname.slice(1),
    dataDirectory,
    runDirectory,
    collabSocket: join(runDirectory, 'collab.sock'),
    mailboxPort: await freePort(),
    trustedProxies: [],
    signUp: null,
  }
}

function connect(url: string, key: string) {
  return createClient(url, key, { db: { schema: 'atrium' }, auth: { persistSession: false, autoRefreshToken: false } })
}

async function signUp(name: string, admin: Client, client: Client): Promise<Person> {
  const email = `${name.toLowerCase().replace(/\W+/g, '.')}.${randomUUID().slice(0, 8)}@example.com`
  const password = randomUUID()
  const { data, error } = await admin.auth.admin.createUser({ email, password, email_confirm: true, user_metadata: { name } })
  if (error) throw error
  const signedIn = await client.auth.signInWithPassword({ email, password })
  if (signedIn.error) throw signedIn.error
  return { id: data.user.id, name, email, password, client }
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}
