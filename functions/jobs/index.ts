// The worker: takes due jobs from pg-boss and runs them. A job may run twice.
import { createTransport } from 'nodemailer'
import { PgBoss } from 'pg-boss'
import postgres from 'postgres'
import { readConfig } from './config.ts'
import { type Invitation, sendMail } from './sendMail.ts'

const config = readConfig(Deno.env.toObject())
const sql = postgres(config.databaseUrl, { max: 2, onnotice: () => {}, connection: { application_name: 'worker' } })
const transport = createTransport(config.smtpUrl, { from: config.mailFrom })
// The schema and the queues are made by sql/migrate.ts; the worker's login could not.
const boss = new PgBoss({
  connectionString: config.databaseUrl,
  schema: 'pgboss',
  migrate: false,
  createSchema: false,
  schedule: false,
  // A job is taken when it is committed; the polling below finds what a lost connection missed.
  useListenNotify: true,
  max: 3,
  application_name: 'worker',
})
boss.on('error', (error) => console.error('worker:', error.message))

const host = new URL(config.siteUrl).hostname
const handle = sendMail({
  siteUrl: config.siteUrl,
  async issueInvitation(id) {
    const [invitation] = await sql<Invitation[]>`select * from atrium_private.issue_invitation_token(${id}) where token is not null`
    return invitation
  },
  async deliver(message, id) {
    await transport.sendMail({ ...message, messageId: `<${id}@${host}>` })
  },
})

await boss.start()
await boss.work<unknown>('send_mail', { pollingIntervalSeconds: 2, batchSize: 1, localConcurrency: 4 }, async (jobs) => {
  for (const job of jobs) await handle(job)
})
console.log(JSON.stringify({ ready: true }))

async function stop(): Promise<void> {
  await boss.stop({ graceful: true, timeout: 5000 })
  await sql.end({ timeout: 1 })
  transport.close()
  Deno.exit(0)
}
Deno.addSignalListener('SIGTERM', () => void stop())
Deno.addSignalListener('SIGINT', () => void stop())
