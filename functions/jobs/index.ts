// The worker: takes due jobs from pg-boss and runs them. A job may run twice.
import { createTransport } from 'nodemailer'
import { PgBoss } from 'pg-boss'
import { internet } from '../_shared/safeFetch.ts'
import { forgetMessages } from './chat/forgetMessages.ts'
import { readConfig } from './config.ts'
import { emptyTrash } from './emptyTrash.ts'
import { checkUpload, forgetUploads } from './files/checkUpload.ts'
import { createFileTexts } from './files/fileTexts.ts'
import { makeThumbnail } from './files/makeThumbnail.ts'
import { readText } from './files/readText.ts'
import { removeFiles } from './files/removeFiles.ts'
import { createThumbnails } from './files/thumbnails.ts'
import { pushNotice } from './notifications/pushNotice.ts'
import { sendNotifications } from './notifications/sendNotifications.ts'
import { forgetPreviews } from './previews/forgetPreviews.ts'
import { linkPreviews } from './previews/linkPreviews.ts'
import { type Invitation, sendMail } from './sendMail.ts'
import { exportDocuments } from './transfers/exportDocuments.ts'
import { exportRoom } from './transfers/exportRoom.ts'
import { forgetOldTransfers } from './transfers/forget.ts'
import { importDocuments } from './transfers/importDocuments.ts'
import { createStorage } from './transfers/storage.ts'
import { createTransfers, runTransfer } from './transfers/transfers.ts'

const config = readConfig(Deno.env.toObject())
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
    const { rows } = await boss.getDb().executeSql('select * from atrium_private.issue_invitation_token($1) where token is not null', [id])
    return rows[0] as Invitation | undefined
  },
  async deliver(message, id) {
    await transport.sendMail({ ...message, messageId: `<${id}@${host}>` })
  },
})

await boss.start()
await boss.work<unknown>('send_mail', { pollingIntervalSeconds: 2, batchSize: 1, localConcurrency: 4 }, async (jobs) => {
  for (const job of jobs) await handle(job)
})
const execute = (text: string, values: unknown[]) => boss.getDb().executeSql(text, values)
const { vapid } = config
if (vapid) await execute('select atrium_private.publish_push_key($1)', [vapid.publicKey])
const notify = sendNotifications({
  query: execute,
  push: vapid && ((push) => pushNotice(push, { vapid, siteUrl: config.siteUrl, services: config.pushServices })),
  async deliver(message, id) {
    await transport.sendMail({ ...message, messageId: `<${id}@${host}>` })
  },
  siteUrl: config.siteUrl,
})
await boss.work<unknown>(
  'tell_people',
  { pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 2, batchSize: 1, localConcurrency: 2 },
  async (jobs) => {
    for (const job of jobs) await execute('select atrium_private.tell_many($1)', [job.data])
  },
)
// Notice comes of new jobs alone: what failed is found by asking.
await boss.work(
  'send_notifications',
  { pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 2, batchSize: 1, localConcurrency: 8 },
  async (jobs) => {
    for (const job of jobs) await notify(job)
  },
)
const transfers = createTransfers(execute)
const storage = createStorage({ url: config.supabaseUrl, secretKey: config.secretKey })
const services = { transfers, storage, siteUrl: config.siteUrl }
for (const [queue, work] of [
  ['import_documents', importDocuments],
  ['export_documents', exportDocuments],
  ['export_room', exportRoom],
] as const) {
  const run = runTransfer(transfers, (transfer) => work(transfer, services))
  await boss.work(queue, { pollingIntervalSeconds: 2, batchSize: 1, localConcurrency: 1, includeMetadata: true }, async (jobs) => {
    for (const job of jobs) await run(job)
  })
}
const preview = linkPreviews({ execute, storage, network: internet, siteUrl: config.siteUrl })
await boss.work<{ message_id: string }>('link_previews', { pollingIntervalSeconds: 2, batchSize: 1, localConcurrency: 4 }, async (jobs) => {
  for (const job of jobs) await preview(job)
})
const check = checkUpload(execute, storage)
await boss.work<{ upload_id: string }>(
  'check_upload',
  { pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 2, batchSize: 1, localConcurrency: 3 },
  async (jobs) => {
    for (const job of jobs) await check(job)
  },
)
// One at a time: each holds a whole picture in memory.
const drawSmall = makeThumbnail(execute, storage, createThumbnails())
await boss.work<{ path: string }>('make_thumbnail', { pollingIntervalSeconds: 2, batchSize: 1, localConcurrency: 1 }, async (jobs) => {
  for (const job of jobs) await drawSmall(job)
})
const read = readText(execute, storage, createFileTexts())
await boss.work<{ path: string }>(
  'read_text',
  { pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 2, batchSize: 1, localConcurrency: 3 },
  async (jobs) => {
    for (const job of jobs) await read(job)
  },
)
// None of them rejects.
const forget = async () => {
  await forgetOldTransfers(execute, storage)
  await forgetMessages(execute)
  await forgetPreviews(execute, storage)
  await emptyTrash(execute, storage)
  await forgetUploads(execute)
}
void forget()
const forgetting = setInterval(() => void forget(), 60 * 60_000)
// What has an end gives nothing from then on, whoever asks; this closes what is still open.
let expiring = false
const expiry = setInterval(async () => {
  if (expiring) return
  expiring = true
  try {
    await boss.getDb().executeSql('select atrium_private.expire_access()')
  } catch (error) {
    console.error('worker:', error instanceof Error ? error.message : error) // Asked again at once.
  } finally {
    expiring = false
  }
}, 400)
// What was scheduled goes out within this time; each message has an id of its own, so two workers send it once.
let sending = false
const schedule = setInterval(async () => {
  if (sending) return
  sending = true
  try {
    await boss.getDb().executeSql('select atrium_private.send_due_messages(), atrium_private.fire_reminders()')
  } catch (error) {
    console.error('worker:', error instanceof Error ? error.message : error) // Asked again soon.
  } finally {
    sending = false
  }
}, 2000)
// Tasks that are due are looked for less often: nobody asked for the second.
let reminding = false
const deadlines = setInterval(async () => {
  if (reminding) return
  reminding = true
  try {
    await boss.getDb().executeSql('select atrium_private.fire_task_reminders()')
  } catch (error) {
    console.error('worker:', error instanceof Error ? error.message : error) // Asked again soon.
  } finally {
    reminding = false
  }
}, 20_000)
const cleaning = setInterval(() => void removeFiles(execute, storage), 60_000) // Never rejects.
let queueing = false
const notifying = setInterval(async () => {
  if (queueing) return
  queueing = true
  try {
    await execute('select atrium_private.queue_notifications()', [])
  } catch (error) {
    console.error('worker:', error instanceof Error ? error.message : error) // Asked again at once.
  } finally {
    queueing = false
  }
}, 700)
const tidying = setInterval(() => void execute('select atrium_private.forget_notifications()', []).catch(() => {}), 60 * 60_000)
console.log(JSON.stringify({ ready: true }))

async function stop(): Promise<void> {
  clearInterval(expiry)
  clearInterval(forgetting)
  clearInterval(schedule)
  clearInterval(deadlines)
  clearInterval(notifying)
  clearInterval(tidying)
  clearInterval(cleaning)
  await boss.stop({ graceful: true, timeout: 5000 })
  transport.close()
  Deno.exit(0)
}
Deno.addSignalListener('SIGTERM', () => void stop())
Deno.addSignalListener('SIGINT', () => void stop())
