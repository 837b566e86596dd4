import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { makeData, type Started, startReal } from '../support/start.ts'
import { axe, firstLink, mailTo, makeTeam, SIZES, sidewaysScroll, signIn, visit } from './people.ts'

const { data, remove } = makeData()
const client = { client_id: 'atrium', client_secret: 'a secret of forty characters, and one more' }
const elsewhere = createServer()
let started: Started
let browser: Browser

/** A provider of OpenID Connect where everybody signs in with his address, and an Atrium that knows it by its environment. */
beforeAll(async () => {
  const listen = (server: ReturnType<typeof createServer>) =>
    new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))
  const issuer = `http://127.0.0.1:${await listen(elsewhere)}`
  // The provider wants to know the address to come back to before there is one.
  const free = createServer()
  const port = await listen(free)
  await new Promise((resolve) => free.close(resolve))
  const provider = new Provider(issuer, {
    clients: [{ ...client, redirect_uris: [`http://127.0.0.1:${port}/auth/v1/callback`] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, email: sub, email_verified: true, name: 'Olivia Idin' }) }),
    pkce: { required: () => true },
    cookies: { keys: ['of this test'] },
  })
  elsewhere.on('request', provider.callback())
  const env = {
    SUPABASE_AUTH_EXTERNAL_KEYCLOAK_ENABLED: 'true',
    SUPABASE_AUTH_EXTERNAL_KEYCLOAK_CLIENT_ID: client.client_id,
    SUPABASE_AUTH_EXTERNAL_KEYCLOAK_SECRET: client.client_secret,
    SUPABASE_AUTH_EXTERNAL_KEYCLOAK_URL: issuer,
  }
  ;[started, browser] = await Promise.all([startReal(data, { args: ['--port', String(port)], env }), launchBrowser()])
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await started?.stop()
  elsewhere.closeAllConnections()
  elsewhere.close()
  remove()
})

test('[E2E155] somebody signs in by an account elsewhere, on a phone, and comes back by it to where he wanted', async () => {
  const { page, complaints } = await visit(browser, SIZES.phone)
  const signInElsewhere = async () => {
    await page.getByRole('button', { name: 'Continue with Keycloak' }).click()
    await page.locator('input[name=login]').fill('olivia@example.com')
    await page.locator('input[name=password]').fill('any')
    await page.getByRole('button', { name: 'Sign-in' }).click()
    await page.getByRole('button', { name: 'Continue' }).click()
  }
  await page.goto(`${started.url}/login`)
  await page.getByRole('button', { name: 'Continue with Keycloak' }).waitFor()
  expect.soft(await axe(page)).toEqual([])
  expect.soft(await sidewaysScroll(page)).toBe(0)
  await signInElsewhere()
  await page.getByLabel('Name of the workspace').fill('Idin & Co')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.context().clearCookies()
  await page.evaluate(() => localStorage.clear())
  await page.goto(`${started.url}/settings/account`)
  await signInElsewhere()
  await page.waitForURL(`${started.url}/settings/account`)
  await page.getByText('Idin & Co').last().waitFor()
  expect(complaints.filter((complaint) => complaint.includes(started.url))).toEqual([])
}, 60_000)

test('[E2E156] an address changes when both mailboxes have said yes, and not before', async () => {
  const team = await makeTeam(started, { Olga: 'owner' })
  const [before, after] = [team.emailOf('Olga'), `new-${team.emailOf('Olga')}`]
  const { page } = await visit(browser, SIZES.desktop)
  await signIn(page, started, before)
  await page.goto(`${started.url}/settings/security`)
  await page.getByLabel('New e-mail address').fill(after)
  await page.getByRole('region', { name: 'E-mail address' }).getByRole('button').click()
  const links = await Promise.all([before, after].map(async (to) => firstLink(await mailTo(started, to, /address/i))))
  await page.goto(links[0] ?? '')
  await page.getByText('Confirmed. Now open the link in the other mailbox too.').waitFor()
  await signIn((await visit(browser, SIZES.desktop)).page, started, before)
  await page.goto(links[1] ?? '')
  await page.getByText(`You sign in as ${after}.`).waitFor()
  await signIn((await visit(browser, SIZES.desktop)).page, started, after)
}, 60_000)
