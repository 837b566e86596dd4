import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, randomUUID, verify } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { isPushService } from '../../functions/jobs/notifications/pushNotice.ts'
import { type Person, startPlatform, type TestPlatform } from '../support/platform.ts'

let platform: TestPlatform
let sql: postgres.Sql
let anna: Person
let ben: Person
let room: string
const service = createPushService()

beforeAll(async () => {
  process.env.ATRIUM_PUSH_SERVICES = await service.listen()
  platform = await startPlatform({ worker: true })
  sql = postgres(platform.databaseUrl('postgres'), { max: 2 })
  anna = await platform.signUp('Anna <b>')
  ben = await platform.signUp('Ben')
  const workspace = randomUUID()
  await anna.client.rpc('create_workspace', { id: workspace, name: 'Studio' }).throwOnError()
  await sql`insert into atrium.members (workspace_id, user_id, role) values (${workspace}, ${ben.id}, 'editor')`
  const { data } = await anna.client.rpc('open_direct', { workspace_id: workspace, people: [ben.id] }).throwOnError()
  room = data.id
}, 60_000)
afterAll(async () => {
  delete process.env.ATRIUM_PUSH_SERVICES
  await sql.end()
  await platform.stop()
  service.close()
})
beforeEach(async () => {
  await sql`delete from atrium.notifications`
  await sql`delete from atrium.push_subscriptions`
  await sql`delete from atrium.notification_settings`
  service.reset()
})

const say = (text: string) => anna.client.rpc('send_message', { id: randomUUID(), room_id: room, text }).throwOnError()
const subscribe = async () => {
  const device = service.subscription()
  await ben.client.rpc('save_push_subscription', { ...device.keys, endpoint: device.endpoint, device: 'Test' }).throwOnError()
  return device
}
const mailNow = () => sql`update atrium_private.notification_deliveries set due_at = now() where channel = 'mail'`
const mails = async () => (await platform.mail(ben.email)).filter(({ subject }) => /wrote to you|things want you/.test(subject))
const deliveries = (channel: string) =>
  sql`select queued_at is not null as queued, sent_at is not null as sent, cardinality(reached) as reached
    from atrium_private.notification_deliveries where channel = ${channel}`

test('[PUSH1] a push message arrives encrypted for the browser, signed by the installation, in declarative form', async () => {
  const device = await subscribe()
  await say('See  you at five')
  await expect.poll(() => service.received(device).length, { timeout: 15_000 }).toBe(1)
  const [message] = service.received(device)
  expect(message?.headers).toMatchObject({
    'content-encoding': 'aes128gcm',
    'content-type': 'application/notification+json',
    urgency: 'high',
  })
  const body = JSON.parse(device.decrypt(message?.body ?? Buffer.alloc(0)))
  expect(body).toMatchObject({
    web_push: 8030,
    notification: { title: 'Anna <b> wrote to you', body: 'See you at five', navigate: expect.stringContaining(`/c/${room}/m/`) },
    app_badge: '1',
  })
  const { data } = await ben.client.from('push_key').select('public_key').single().throwOnError()
  expect(isSignedBy(String(message?.headers.authorization), data.public_key, service.origin())).toBe(true)
})

test('[PUSH2] what was read before it left is not pushed; a subscription that has ended is forgotten', async () => {
  const device = await subscribe()
  const { data } = await say('read at once')
  await ben.client.rpc('mark_read', { room_id: room, seq: data.seq }).throwOnError()
  await expect.poll(() => deliveries('push'), { timeout: 15_000 }).toMatchObject([{ queued: true, reached: 0 }])
  service.answer(410)
  await say('to nobody')
  await expect.poll(() => sql`select from atrium.push_subscriptions`, { timeout: 15_000 }).toHaveLength(0)
  expect(service.received(device)).toHaveLength(1)
}, 40_000)

test('[PUSH3] a push service that fails is asked again; a worker that dies in between pushes nothing twice', async () => {
  const device = await subscribe()
  service.answer(503)
  await say('again')
  await expect.poll(() => service.received(device).length, { timeout: 15_000 }).toBe(1)
  service.answer(201)
  await expect.poll(() => service.received(device).length, { timeout: 20_000 }).toBe(2)
  service.reset()
  service.hold()
  await say('once')
  await expect.poll(() => service.received(device).length, { timeout: 15_000 }).toBe(1)
  await platform.crashWorker()
  service.answer(201)
  // The job is taken again when its time is over; here it is over at once.
  await sql`update pgboss.job set state = 'retry', start_after = now() where name = 'send_notifications' and state = 'active'`
  await expect
    .poll(() => sql`select from pgboss.job where name = 'send_notifications' and state <> 'completed'`, { timeout: 20_000 })
    .toHaveLength(0)
  expect(service.received(device)).toHaveLength(1)
}, 90_000)

test('[PUSH4] only the services of the browsers’ makers and those that the operator names are asked', () => {
  for (const known of [
    'https://fcm.googleapis.com/fcm/send/x',
    'https://updates.push.services.mozilla.com/wpush/v2/x',
    'https://web.push.apple.com/x',
  ])
    expect(isPushService(known, [])).toBe(true)
  for (const strange of [
    'http://fcm.googleapis.com/x',
    'https://fcm.googleapis.com.example/x',
    'https://fcm.googleapis.com:8443/x',
    'http://127.0.0.1:80/x',
    'x',
  ])
    expect(isPushService(strange, [])).toBe(false)
  expect(isPushService('http://127.0.0.1:81/x', ['http://127.0.0.1:81'])).toBe(true)
})

test('[NMAIL1] a mail says what happened, as text and as HTML in which words of people are words, and one click ends them', async () => {
  await say('<img src=x onerror=alert(1)>')
  await say('second')
  await mailNow()
  await expect.poll(mails, { timeout: 15_000 }).toHaveLength(1)
  const [mail] = await mails()
  expect(mail?.subject).toBe('2 things want you in Studio')
  expect(mail?.html).toContain('&lt;img src=x onerror=alert(1)&gt;')
  expect(mail?.html).not.toContain('<img')
  expect(mail?.text).toContain('Anna <b> wrote to you\n> second')
  const key = /unsubscribe\/([0-9a-f]{64})/.exec(mail?.text ?? '')?.[1]
  const address = `${platform.url}/functions/v1/unsubscribe?key=${key}`
  const looked = await fetch(address, { redirect: 'manual' })
  expect([looked.status, looked.headers.get('location')]).toEqual([303, `/unsubscribe/${key}`])
  expect(await sql`select from atrium.notification_settings where mail = 'never'`).toHaveLength(0)
  const clicked = await fetch(address, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) })
  expect(clicked.status).toBe(200)
  expect(await sql`select from atrium.notification_settings where user_id = ${ben.id} and mail = 'never'`).toHaveLength(1)
  expect((await fetch(`${platform.url}/functions/v1/unsubscribe?key=${'0'.repeat(64)}`, { method: 'POST' })).status).toBe(404)
  await say('to nobody')
  expect(await deliveries('mail')).toHaveLength(2)
}, 60_000)

test('[NMAIL2] what was read meanwhile is not mailed, in quiet hours nothing is, and a mail that left is not sent again', async () => {
  const before = (await mails()).length
  const { data } = await say('read')
  await ben.client.rpc('mark_read', { room_id: room, seq: data.seq }).throwOnError()
  await mailNow()
  await expect.poll(() => deliveries('mail'), { timeout: 15_000 }).toMatchObject([{ queued: true, sent: false }])
  await ben.client
    .rpc('set_notification_settings', { settings: { paused_until: new Date(Date.now() + 3_600_000).toISOString() } })
    .throwOnError()
  await say('later')
  await mailNow()
  const later = () =>
    sql`select from atrium_private.notification_deliveries where channel = 'mail' and due_at > now() + interval '50 minutes' and queued_at is null`
  await expect.poll(later, { timeout: 15_000 }).toHaveLength(1)
  await ben.client.rpc('set_notification_settings', { settings: { paused_until: null } }).throwOnError()
  await mailNow()
  await expect.poll(mails, { timeout: 15_000 }).toHaveLength(before + 1)
  // The same job once more, as after a crash between sending and its end.
  await sql`update pgboss.job set state = 'retry', start_after = now(), completed_on = null where name = 'send_notifications'`
  await expect
    .poll(() => sql`select from pgboss.job where name = 'send_notifications' and state <> 'completed'`, { timeout: 20_000 })
    .toHaveLength(0)
  expect(await mails()).toHaveLength(before + 1)
}, 60_000)

test('[NOTE11] the worker tells a room of a hundred and fifty', async () => {
  const { data: spaces } = await anna.client.from('spaces').select('id,workspace_id').throwOnError()
  const place = spaces?.[0]
  const crowded = randomUUID()
  await anna.client.rpc('create_room', { id: crowded, space_id: place?.id, name: 'all' }).throwOnError()
  await sql`
    with people as (
      insert into auth.users (id, email, raw_user_meta_data, email_confirmed_at)
      select gen_random_uuid(), 'many' || n || '@example.com', '{}', now() from generate_series(1, 150) n returning id
    ),
    members as (insert into atrium.members (workspace_id, user_id, role) select ${place?.workspace_id}, id, 'editor' from people returning user_id),
    inside as (insert into atrium.room_members (room_id, user_id) select ${crowded}, user_id from members returning user_id)
    insert into atrium.notification_levels (user_id, object_type, object_id, workspace_id, level)
    select user_id, 'room', ${crowded}, ${place?.workspace_id}, 'all' from inside`
  await anna.client.rpc('send_message', { id: randomUUID(), room_id: crowded, text: 'Hello all' }).throwOnError()
  await expect.poll(() => sql`select from atrium.notifications where object_id = ${crowded}`, { timeout: 10_000 }).toHaveLength(150)
}, 30_000)

/** A push service as RFC 8030 has it, and browsers that can read what it was given (RFC 8291). */
function createPushService() {
  let status = 201
  let holding = false
  let messages: { path: string; headers: IncomingHttpHeaders; body: Buffer }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      messages.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) })
      if (!holding) response.writeHead(status).end()
    })
  })
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    listen: () => new Promise<string>((resolve) => server.listen(0, '127.0.0.1', () => resolve(origin()))),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
    reset() {
      status = 201
      holding = false
      messages = []
    },
    answer(next: number) {
      holding = false
      status = next
    },
    hold() {
      holding = true
    },
    received: (device: { endpoint: string }) => messages.filter(({ path }) => device.endpoint.endsWith(path)),
    subscription() {
      const keys = createECDH('prime256v1')
      keys.generateKeys()
      const auth = randomBytes(16)
      return {
        endpoint: `${origin()}/push/${randomUUID()}`,
        keys: { p256dh: keys.getPublicKey('base64url'), auth: auth.toString('base64url') },
        decrypt(body: Buffer): string {
          const [salt, sender, sealed] = [body.subarray(0, 16), body.subarray(21, 86), body.subarray(86)]
          const info = Buffer.concat([Buffer.from('WebPush: info\0'), keys.getPublicKey(), sender])
          const secret = Buffer.from(hkdfSync('sha256', keys.computeSecret(sender), auth, info, 32))
          const derive = (purpose: string, length: number) =>
            Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${purpose}\0`, length))
          const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12))
          decipher.setAuthTag(sealed.subarray(-16))
          const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
          return plain.subarray(0, plain.lastIndexOf(2)).toString()
        },
      }
    },
  }
}

/** Whether the header is a VAPID token (RFC 8292) of this key for this service. */
function isSignedBy(header: string, publicKey: string, origin: string): boolean {
  const [, token = '', key] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(header) ?? []
  const [head = '', claims = '', signature = ''] = token.split('.')
  const point = Buffer.from(publicKey, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
  const { aud, exp, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString())
  return (
    key === publicKey &&
    aud === origin.replace('http:', 'https:') &&
    exp > Date.now() / 1000 &&
    /^(mailto|https):/.test(sub) &&
    verify(
      'sha256',
      Buffer.from(`${head}.${claims}`),
      { key: createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    )
  )
}
