import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGateway } from '../../supabase/local/gateway/gateway.ts'
import { createMailbox, type Mail } from '../../supabase/local/mailbox/mailbox.ts'

const directory = mkdtempSync(join(tmpdir(), 'atrium-mail-'))
let mailbox: Awaited<ReturnType<typeof createMailbox>>
let gateway: Awaited<ReturnType<typeof createGateway>>

beforeAll(async () => {
  mailbox = await createMailbox({ directory, keep: 3 })
  const client = (_: unknown, response: { end(): void }) => response.end()
  const health = async () => ({ status: 'ok', parts: {} }) as const
  gateway = await createGateway({ host: '0.0.0.0', port: 0, routes: [], client, health, mailbox, collabSocket: '/nowhere', log: () => {} })
})
afterAll(async () => {
  await gateway.close()
  rmSync(directory, { recursive: true, force: true })
})

const page = (query = '') => `http://127.0.0.1:${new URL(gateway.url).port}/dev/mail${query}`
const mails = async (query = ''): Promise<Mail[]> => (await fetch(page(`?format=json${query}`))).json() as Promise<Mail[]>
const send = (mail: { to: string; subject: string; text?: string; html?: string }) =>
  createTransport(mailbox.smtpUrl, { from: 'Atrium <atrium@example.com>' }).sendMail(mail)

test('[MAIL1] a mail is kept with its text, its page and its links, the newest first', async () => {
  await send({
    to: 'anna@example.com',
    subject: 'Välkommen',
    text: 'Confirm: http://127.0.0.1/verify?token=a&type=signup.',
    html: '<p>Confirm</p>',
  })
  await send({ to: 'ben@example.com', subject: 'Second', html: '<a href="http://127.0.0.1/invite/x?a=1&amp;b=2">Accept</a>' })
  const [second, first] = await mails()
  expect(first).toMatchObject({
    to: ['anna@example.com'],
    from: 'Atrium <atrium@example.com>',
    subject: 'Välkommen',
    html: expect.stringContaining('<p>Confirm</p>'),
    links: ['http://127.0.0.1/verify?token=a&type=signup'],
  })
  expect(second).toMatchObject({ subject: 'Second', links: ['http://127.0.0.1/invite/x?a=1&b=2'] })
  expect((await mails('&to=Anna@example.com')).map(({ subject }) => subject)).toEqual(['Välkommen'])
})

test('[MAIL2] nothing in a mail runs in the page', async () => {
  await send({ to: 'anna@example.com', subject: '<img src=x onerror=alert(1)>', text: '<script>alert(2)</script> javascript:alert(3)' })
  const response = await fetch(page())
  const text = await response.text()
  expect(text).toContain('&lt;script&gt;alert(2)')
  expect(text).not.toMatch(/<script|<img/)
  expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
})

test('[MAIL3] only so many are kept, and the oldest goes', async () => {
  await send({ to: 'anna@example.com', subject: 'Third', text: '3' })
  await send({ to: 'anna@example.com', subject: 'Fourth', text: '4' })
  expect((await mails()).map(({ subject }) => subject)).toEqual(['Fourth', 'Third', '<img src=x onerror=alert(1)>'])
})

test.for([
  ['through a proxy', { 'x-forwarded-for': '203.0.113.7' }],
  ['through a proxy that says so otherwise', { via: '1.1 proxy' }],
  ['by a name that was rebound to loopback', { host: 'evil.example' }],
] as const)('[MAIL4] whoever comes %s finds nothing', async ([, headers]) => {
  expect(await status(page(), headers)).toBe(404)
})

test('[MAIL5] from another machine there is no mailbox, and no SMTP', async ({ skip }) => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)?.address
  if (!outside) return skip('this machine has no address but loopback')
  const { port } = new URL(gateway.url)
  expect(await status(`http://${outside}:${port}/dev/mail`, {})).toBe(404)
  await expect(fetch(`http://${outside}:${new URL(mailbox.smtpUrl).port}`)).rejects.toThrow()
})

/** fetch would not send these headers. */
function status(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .once('error', reject)
      .end()
  })
}
