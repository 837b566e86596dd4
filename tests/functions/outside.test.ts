import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forgetMessages } from '../../functions/jobs/chat/forgetMessages.ts'
import { linkPreviews } from '../../functions/jobs/previews/linkPreviews.ts'
import { createStorage } from '../../functions/jobs/transfers/storage.ts'
import { type Person, startPlatform, type TestPlatform } from '../support/platform.ts'

let platform: TestPlatform
let admin: postgres.Sql
let worker: postgres.Sql
let [olga, ben, stranger] = [] as unknown as [Person, Person, Person]
const [workspace, room, hidden] = [randomUUID(), randomUUID(), randomUUID()]
let space: string
beforeAll(async () => {
  platform = await startPlatform()
  admin = postgres(platform.databaseUrl('postgres'), { max: 2, onnotice: () => {} })
  worker = postgres(platform.databaseUrl('atrium_worker'), { max: 2, onnotice: () => {} })
  ;[olga, ben, stranger] = await Promise.all([platform.signUp('Olga'), platform.signUp('Ben'), platform.signUp('Stella')])
  await olga.client.rpc('create_workspace', { id: workspace, name: 'Studio' }).throwOnError()
  await admin`insert into atrium.members (workspace_id, user_id, role) values (${workspace}, ${ben.id}, 'editor')`
  const { data } = await olga.client.from('spaces').select('id').eq('workspace_id', workspace).single().throwOnError()
  space = data.id
  await olga.client.rpc('create_room', { id: room, space_id: space, name: 'Builds' }).throwOnError()
  await olga.client.rpc('create_room', { id: hidden, space_id: space, name: 'Board', private: true }).throwOnError()
})
afterAll(async () => {
  await worker?.end()
  await admin?.end()
  await platform?.stop()
})

const execute = async (text: string, values: unknown[]) => ({ rows: await worker.unsafe(text, values as never) })
const storage = () => createStorage({ url: platform.url, secretKey: platform.secretKey })
const messagesIn = (inRoom: string) =>
  admin`select seq::int, author_id, bot_name, bot_icon, text, content, mentions, previews from atrium.messages where room_id = ${inRoom} order by seq`
const latest = async (inRoom = room) => (await messagesIn(inRoom)).at(-1)
const say = async (person: Person, text: string, inRoom = room) => {
  const { data } = await person.client.rpc('send_message', { id: randomUUID(), room_id: inRoom, text }).throwOnError()
  return data.id as string
}

async function makeHook(person = olga, inRoom = room, mayMention = false) {
  const { data } = await person.client
    .rpc('create_webhook', { room_id: inRoom, name: 'Builds', may_mention: mayMention })
    .single()
    .throwOnError()
  const { id, secret } = data as { id: string; secret: string }
  return { id, secret, url: `${platform.url}/functions/v1/hooks/${id}/${secret}` }
}
async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(url, { method: 'POST', body: text, headers: { 'content-type': 'application/json', ...headers } })
  return `${response.status} ${await response.text()}`
}

test('[HOOK1] what Slack takes becomes a message of an app: formats, links, lists, code, blocks, attachments', async () => {
  const { url } = await makeHook()
  expect(
    await post(url, {
      text: '*Build* _7_ is <https://ci.example.com/7|green> :tada: <!here> &lt;3\n• one\n• two\n```make &amp;&amp; run```',
      username: 'CI',
      icon_emoji: ':robot:',
    }),
  ).toBe('200 ok')
  const message = await latest()
  expect(message).toMatchObject({ author_id: null, bot_name: 'CI', bot_icon: '🤖', mentions: [] })
  expect(message?.text).toBe('Build 7 is green 🎉 @here <3\none\ntwo\nmake && run')
  expect(message?.content.content[0].content.slice(0, 5)).toEqual([
    { type: 'text', text: 'Build', marks: [{ type: 'bold' }] },
    { type: 'text', text: ' ' },
    { type: 'text', text: '7', marks: [{ type: 'italic' }] },
    { type: 'text', text: ' is ' },
    { type: 'text', text: 'green', marks: [{ type: 'link', attrs: { href: 'https://ci.example.com/7' } }] },
  ])
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: 'Deployed :rocket:' } },
    { type: 'section', text: { type: 'mrkdwn', text: 'to *live*' }, fields: [{ type: 'mrkdwn', text: 'by ben' }] },
    {
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_list',
          style: 'ordered',
          elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'first', style: { bold: true } }] }],
        },
      ],
    },
    { type: 'something_newer', of: 'tomorrow' },
  ]
  expect(await post(url, { text: 'only for notifications', blocks })).toBe('200 ok')
  expect(await latest()).toMatchObject({ bot_name: 'Builds', text: 'Deployed 🚀\nto live\nby ben\nfirst' })
  expect(await post(url, { attachments: [{ title: 'Report', title_link: 'javascript:alert(1)', text: 'all well', fallback: 'x' }] })).toBe(
    '200 ok',
  )
  expect((await latest())?.content.content[0]).toMatchObject({ type: 'blockquote' })
  expect(JSON.stringify((await latest())?.content)).not.toContain('javascript:')
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  expect(await post(url, `payload=${encodeURIComponent('{"text":"from a form"}')}`, form)).toBe('200 ok')
  expect((await latest())?.text).toBe('from a form')
})

test('[HOOK2] what it cannot take is refused in the words of Slack, and nothing is written', async () => {
  const { id, secret, url } = await makeHook()
  const before = (await messagesIn(room)).length
  expect(await post(url, 'no json')).toBe('400 invalid_payload')
  expect(await post(url, { text: 7 })).toBe('400 invalid_payload')
  expect(await post(url, {})).toBe('400 no_text')
  expect(await post(url, { text: ' \n ' })).toBe('400 no_text')
  expect(await post(url, { text: 'x'.repeat(21_000) })).toBe('400 msg_too_long')
  expect(await post(url, { text: 'x'.repeat(200_000) })).toBe('413 payload_too_large')
  expect(await post(`${platform.url}/functions/v1/hooks/${id}/${'x'.repeat(secret.length)}`, { text: 'x' })).toBe('404 no_service')
  expect(await post(`${platform.url}/functions/v1/hooks/${randomUUID()}/${secret}`, { text: 'x' })).toBe('404 no_service')
  expect((await fetch(url)).status).toBe(405)
  expect(await messagesIn(room)).toHaveLength(before)
  expect(JSON.stringify(await admin`select encode(hash, 'escape') as hash from atrium_private.webhook_secrets`)).not.toContain(secret)
})

test('[HOOK3] mentions notify only where the webhook may mention', async () => {
  const { url } = await makeHook(olga, room, true)
  expect(await post(url, { text: `<@${ben.id}|Ben> <@${stranger.id}|Stella> <!channel>` })).toBe('200 ok')
  const message = await latest()
  expect(message?.mentions).toEqual(expect.arrayContaining([{ kind: 'person', id: ben.id }, { kind: 'all' }]))
  expect(message?.mentions).toHaveLength(2)
})

test('[HOOK4] the same request twice makes one message; too many at once are put off', async () => {
  const { url } = await makeHook()
  const before = (await messagesIn(room)).length
  const key = { 'idempotency-key': 'build-7' }
  expect(await post(url, { text: 'once' }, key)).toBe('200 ok')
  expect(await post(url, { text: 'once' }, key)).toBe('200 ok')
  expect(await messagesIn(room)).toHaveLength(before + 1)
  const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => post(url, { text: `burst ${index}` })))
  const written = answers.filter((answer) => answer === '200 ok').length
  expect(answers.filter((answer) => answer === '429 rate_limited').length).toBe(40 - written)
  expect(written).toBeGreaterThanOrEqual(29)
  expect(written).toBeLessThan(40)
  expect(await messagesIn(room)).toHaveLength(before + 1 + written)
})

test('[HOOK5] a webhook ends with its secret, with its room, and with the right of whoever knows the secret', async () => {
  const { id, url } = await makeHook()
  const { data } = await olga.client.rpc('rotate_webhook', { webhook_id: id }).single().throwOnError()
  expect(await post(url, { text: 'x' })).toBe('404 no_service')
  const rotated = `${platform.url}/functions/v1/hooks/${id}/${(data as { secret: string }).secret}`
  expect(await post(rotated, { text: 'x' })).toBe('200 ok')
  await olga.client.rpc('revoke_webhook', { webhook_id: id }).throwOnError()
  expect(await post(rotated, { text: 'x' })).toBe('404 no_service')

  const other = randomUUID()
  await ben.client.rpc('create_room', { id: other, space_id: space, name: 'Ben' }).throwOnError()
  await olga.client.rpc('join_room', { room_id: other }).throwOnError()
  await olga.client.rpc('set_room_role', { room_id: other, user_id: ben.id, role: 'moderator' }).throwOnError()
  const his = await makeHook(ben, other)
  expect(await post(his.url, { text: 'x' })).toBe('200 ok')
  await olga.client.rpc('archive_room', { room_id: other }).throwOnError()
  expect(await post(his.url, { text: 'x' })).toBe('410 channel_is_archived')
  await olga.client.rpc('archive_room', { room_id: other, archived: false }).throwOnError()
  await olga.client.rpc('set_room_role', { room_id: other, user_id: ben.id, role: 'member' }).throwOnError()
  expect(await post(his.url, { text: 'x' })).toBe('403 action_prohibited')
  const { data: audit } = await olga.client.from('audit_events').select('action').eq('object_id', id).order('id').throwOnError()
  expect(audit?.map(({ action }) => action)).toEqual(['webhook.added', 'webhook.changed'])
})

async function makeBot(role = 'commenter') {
  const { data: bot } = await olga.client.rpc('create_bot', { workspace_id: workspace, name: 'Deploy bot', role }).throwOnError()
  const { data } = await olga.client.rpc('create_api_token', { bot_id: bot.id, name: 'Server' }).single().throwOnError()
  const made = data as { id: string; token: string }
  return { id: bot.id as string, token: made.token, tokenId: made.id }
}
async function exchange(token: string) {
  const response = await fetch(`${platform.url}/functions/v1/bot-token`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, body: (await response.json()) as { access_token: string; user_id: string; code: string } }
}
function rest(accessToken: string) {
  const headers = {
    apikey: platform.publishableKey,
    authorization: `Bearer ${accessToken}`,
    'content-type': 'application/json',
    'content-profile': 'atrium',
    'accept-profile': 'atrium',
  }
  return async (path: string, body?: unknown) => {
    const response = await fetch(
      `${platform.url}/rest/v1/${path}`,
      body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) },
    )
    return { status: response.status, body: await response.text().then((text) => (text ? JSON.parse(text) : null)) }
  }
}

test('[BOT1] a bot reads, writes and reacts with its token through the doors of people, marked as a bot, with the rights of its role', async () => {
  const bot = await makeBot()
  const { status, body } = await exchange(bot.token)
  expect([status, body.user_id]).toEqual([200, bot.id])
  const ask = rest(body.access_token)
  const sent = await ask('rpc/send_message', { id: randomUUID(), room_id: room, text: 'I am a program' })
  expect(sent.body).toMatchObject({ author_id: bot.id, bot_name: 'Deploy bot' })
  expect((await ask(`messages?id=eq.${sent.body.id}&select=text`)).body).toEqual([{ text: 'I am a program' }])
  expect((await ask('rpc/set_reaction', { message_id: sent.body.id, emoji: '🎉' })).status).toBeLessThan(300)
  expect((await ask(`messages?room_id=eq.${hidden}`)).body).toEqual([])
  expect((await ask('rpc/create_room', { id: randomUUID(), space_id: space, name: 'Mine' })).body).toMatchObject({
    details: 'role_too_low',
  })
  expect((await ask('rpc/create_bot', { workspace_id: workspace, name: 'Son', role: 'viewer' })).body).toMatchObject({
    details: 'role_too_low',
  })
})

test('[BOT2] a token that is revoked, has expired, or was made up is worth nothing, and its sessions end at once', async () => {
  const bot = await makeBot()
  const { body } = await exchange(bot.token)
  const ask = rest(body.access_token)
  expect((await ask('rooms?select=id')).body).not.toEqual([])
  await olga.client.rpc('revoke_api_token', { token_id: bot.tokenId }).throwOnError()
  expect((await ask('rooms?select=id')).body).not.toEqual(expect.arrayContaining([expect.objectContaining({ id: room })]))
  expect(await exchange(bot.token)).toMatchObject({ status: 401, body: { code: 'token_invalid' } })
  expect((await exchange(`atr_${'x'.repeat(43)}`)).status).toBe(401)
  const { data } = await olga.client.rpc('create_api_token', { bot_id: bot.id, name: 'Short' }).single().throwOnError()
  const short = data as { id: string; token: string }
  const second = await exchange(short.token)
  await admin`update atrium.api_tokens set expires_at = now() where id = ${short.id}`
  expect((await exchange(short.token)).status).toBe(401)
  await olga.client.rpc('remove_bot', { bot_id: bot.id }).throwOnError()
  expect((await rest(second.body.access_token)('rooms?select=id')).body).not.toEqual(
    expect.arrayContaining([expect.objectContaining({ id: room })]),
  )
  expect(JSON.stringify(await admin`select * from atrium.api_tokens`)).not.toContain(short.token)
})

test('[BOT3] nobody signs in as a bot, none becomes an admin, and the rule of second factors is not for it', async () => {
  const bot = await makeBot('editor')
  await olga.client.rpc('set_member_role', { workspace_id: workspace, user_id: bot.id, role: 'admin' }).throwOnError()
  expect(await admin`select role from atrium.members where user_id = ${bot.id}`).toEqual([{ role: 'editor' }])
  const [account] = await admin`select email from auth.users where id = ${bot.id}`
  for (const password of ['', 'password', 'x'.repeat(20)]) {
    const { error } = await platform.client().auth.signInWithPassword({ email: account?.email, password })
    expect(error).not.toBeNull()
  }
  const { error } = await platform.client().rpc('take_api_token', { token: bot.token })
  expect(error?.code).toBe('42501')
  await admin`update atrium.workspace_policies set needs_mfa = true where workspace_id = ${workspace}`
  await admin`update atrium.members set needs_mfa = true where workspace_id = ${workspace}`
  const { body } = await exchange(bot.token)
  expect((await rest(body.access_token)(`rooms?id=eq.${room}&select=name`)).body).toEqual([{ name: 'Builds' }])
  await admin`update atrium.workspace_policies set needs_mfa = false where workspace_id = ${workspace}`
  await admin`update atrium.members set needs_mfa = false where workspace_id = ${workspace}`
})

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAUElEQVR4nO3PAQkAMAzAsJ+B/8czE4XRoGDzZgb4M3sC2RPInkD2BLInkD2B7AlkTyB7AtkTyJ5A9gSyJ5A9gewJZE8gewLZE8ieQPYEcgFnRwB/CmFCLgAAAABJRU5ErkJggg==',
  'base64',
)

/** The internet: one server for every name. */
async function internet() {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.headers.host}${request.url}`)
    if (request.url === '/picture.png') return response.setHeader('content-type', 'image/png').end(PNG)
    if (request.url === '/lie.png') return response.setHeader('content-type', 'image/png').end('<svg onload=alert(1)>')
    const image = request.url === '/liar' ? '/lie.png' : '/picture.png'
    return response
      .setHeader('content-type', 'text/html')
      .end(`<title>Plan &amp; more</title><meta property="og:image" content="${image}">`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const network = { resolve: async () => ['93.184.216.34'], reach: () => ({ address: '127.0.0.1', port }) }
  const run = linkPreviews({ execute, storage: storage(), network, siteUrl: platform.url })
  return { asked, run: (message_id: string) => run({ data: { message_id } }), close: () => server.close() }
}
const previewsOf = async (id: string) => (await admin`select previews from atrium.messages where id = ${id}`)[0]?.previews

test('[PREV5] a message gets the cards of its pages after it is there, once fetched for all, with pictures served as ours', async () => {
  const web = await internet()
  const first = await say(olga, 'See http://example.com/plan, and http://example.com/liar.')
  expect(await previewsOf(first)).toEqual([])
  expect(await admin`select data from pgboss.job where name = 'link_previews' and data ->> 'message_id' = ${first}`).toHaveLength(1)
  await web.run(first)
  const [card, liar] = await previewsOf(first)
  // Whoever has the room open hears of it.
  expect(
    await admin`select from realtime.messages where event = 'message_changed' and payload ->> 'id' = ${first} and payload -> 'previews' <> '[]'`,
  ).toHaveLength(1)
  expect(card).toMatchObject({
    url: 'http://example.com/plan',
    title: 'Plan & more',
    site: 'example.com',
    image: { width: 64, height: 64 },
  })
  expect(liar.image).toBeNull()
  const again = await say(ben, 'http://example.com/plan')
  await web.run(again)
  expect(await previewsOf(again)).toEqual([card])
  expect(web.asked.filter((address) => address === 'example.com/plan')).toHaveLength(1)
  const picture = async (person: Person) => (await person.client.storage.from('link-previews').download(card.id)).data?.size
  expect([await picture(olga), await picture(ben), await picture(stranger)]).toEqual([PNG.length, PNG.length, undefined])
  await ben.client.rpc('remove_preview', { message_id: again, url: 'http://example.com/plan' }).throwOnError()
  await web.run(again)
  expect(await previewsOf(again)).toEqual([])
  expect((await ben.client.rpc('remove_preview', { message_id: first, url: 'http://example.com/plan' })).error?.details).toBe(
    'not_the_author',
  )
  await olga.client.rpc('edit_message', { id: first, text: 'See http://example.com/liar' }).throwOnError()
  expect(await previewsOf(first)).toEqual([liar])
  await olga.client.rpc('delete_message', { id: first }).throwOnError()
  expect(await previewsOf(first)).toEqual([])
  web.close()
})

test('[PREV6] what a secret page says is told only where its address was said, and rooms may do without previews', async () => {
  const web = await internet()
  const secret = await say(olga, 'http://example.com/secret', hidden)
  await web.run(secret)
  const [card] = await previewsOf(secret)
  expect(card.title).toBe('Plan & more')
  expect((await ben.client.from('message_urls').select('*').eq('room_id', hidden)).data).toEqual([])
  expect((await ben.client.storage.from('link-previews').download(card.id)).data).toBeNull()
  expect((await ben.client.storage.from('link-previews').list()).data?.map(({ name }) => name)).not.toContain(card.id)
  await olga.client.rpc('set_room_chat_rules', { room_id: hidden, link_previews: false }).throwOnError()
  const quiet = await say(olga, 'http://example.com/other', hidden)
  await web.run(quiet)
  expect(await previewsOf(quiet)).toEqual([])
  expect(web.asked).not.toContain('example.com/other')
  web.close()
})

test('[KEEP1] messages that are too old go for good, pinned ones and threads that live stay, and nobody counts what is gone', async () => {
  const old = randomUUID()
  await olga.client.rpc('create_room', { id: old, space_id: space, name: 'Old' }).throwOnError()
  const ids = []
  for (const text of ['one', 'pinned', 'root', 'gone root', 'four']) ids.push(await say(olga, text, old))
  const [, pinned, root, goneRoot] = ids as [string, string, string, string]
  const reply = async (thread: string, text: string) =>
    (await olga.client.rpc('send_message', { id: randomUUID(), room_id: old, text, thread_id: thread }).throwOnError()).data.id as string
  const fresh = await reply(root, 'fresh reply')
  const stale = await reply(goneRoot, 'stale reply')
  const replies = async () => (await admin`select reply_count from atrium.messages where id = ${root}`)[0]?.reply_count
  await reply(root, 'stale reply to what stays')
  await olga.client.rpc('set_pin', { message_id: pinned }).throwOnError()
  await ben.client.rpc('join_room', { room_id: old }).throwOnError()
  await admin`update atrium.read_marks set seq = 0, place = 0 where room_id = ${old} and user_id = ${ben.id}`
  await admin`update atrium.messages set created_at = now() - interval '40 days' where room_id = ${old} and id <> ${fresh}`
  const last = await say(olga, 'today', old)
  const texts = async () => (await messagesIn(old)).map(({ text }) => text)
  await forgetMessages(execute)
  expect(await texts()).toHaveLength(9)
  await olga.client.rpc('set_workspace_chat_rules', { workspace_id: workspace, keep_days: 60 }).throwOnError()
  await forgetMessages(execute)
  expect(await texts()).toHaveLength(9)
  expect(await replies()).toBe(2)
  await olga.client.rpc('set_room_chat_rules', { room_id: old, keep_days: 30 }).throwOnError()
  await forgetMessages(execute)
  // The first message of a thread that is gone goes with the next turn.
  await forgetMessages(execute)
  expect(await texts()).toEqual(['pinned', 'root', 'fresh reply', 'today'])
  expect(await replies()).toBe(1)
  expect((await olga.client.from('messages').select('id').in('id', [stale, goneRoot, last]).throwOnError()).data).toEqual([{ id: last }])
  const { data } = await ben.client.rpc('my_rooms', { workspace_id: workspace }).throwOnError()
  expect(data.find(({ id }: { id: string }) => id === old)).toMatchObject({ unread: 1 })
  expect(await say(olga, 'next', old)).toBeTruthy()
  expect((await latest(old))?.seq).toBe(10)
  expect((await ben.client.rpc('set_room_chat_rules', { room_id: old, keep_days: 1 })).error?.details).toBe('role_too_low')
})
