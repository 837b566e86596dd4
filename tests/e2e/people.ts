import AxeBuilder from '@axe-core/playwright'
import { createClient } from '@supabase/supabase-js'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import type { Mail } from '../../supabase/local/mailbox/mailbox.ts'
import { launchBrowser } from '../support/browser.ts'
import { makeData, type Started, startReal } from '../support/start.ts'

/** The three sizes every screen is made for. */
export const SIZES = {
  desktop: { viewport: { width: 1440, height: 900 } },
  tablet: { viewport: { width: 834, height: 1112 }, hasTouch: true },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
} as const satisfies Record<string, BrowserContextOptions>

export const PASSWORD = 'four horses on a hill'

export interface Atrium {
  /** The running product. A test that ends it puts the next one here. */
  started: Started
  browser: Browser
  /** Its data directory. */
  data: string
}

/** The product as `npm start` runs it, and a browser, for all tests of a file. */
export function startAtrium(): Atrium {
  const { data, remove } = makeData()
  const atrium = { data } as Atrium
  beforeAll(async () => {
    ;[atrium.started, atrium.browser] = await Promise.all([startReal(data), launchBrowser()])
  })
  afterAll(async () => {
    await atrium.browser?.close()
    await atrium.started?.stop()
    remove()
  })
  return atrium
}

/** A person at a browser of his own. */
export interface Visitor {
  page: Page
  /** Errors and warnings of the console, and exceptions that nobody caught. A test ends with none. */
  complaints: string[]
}

export async function visit(browser: Browser, options: BrowserContextOptions): Promise<Visitor> {
  // Each test sees what the server sends; one about working without network allows the worker that keeps it.
  const context = await browser.newContext({
    serviceWorkers: 'block',
    ...options,
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  context.setDefaultTimeout(8000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    const isOurs = !message.text().startsWith('Service Worker registration blocked')
    if (isOurs && ['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('response', (response) => response.status() >= 400 && complaints.push(`${response.status()} ${response.url()}`))
  page.on('pageerror', (error) => complaints.push(error.message))
  return { page, complaints }
}

/** The newest mail to an address with this subject. */
export async function mailTo({ mailUrl }: Started, to: string, subject: RegExp): Promise<Mail> {
  let found: Mail | undefined
  await expect
    .poll(
      async () => {
        const mails = (await (await fetch(`${mailUrl}?format=json&to=${encodeURIComponent(to)}`)).json()) as Mail[]
        found = mails.find((mail) => subject.test(mail.subject))
        return found !== undefined
      },
      { timeout: 10_000 },
    )
    .toBe(true)
  if (!found) throw new Error('unreachable')
  return found
}

export const firstLink = (mail: Mail): string => mail.links[0] ?? ''

/** A workspace with people in it, made through the public API. The first one is its owner. */
export async function makeTeam(started: Started, roles: Record<string, string>) {
  const admin = createClient(started.url, started.secretKey, { auth: { persistSession: false } })
  const client = () => createClient(started.url, started.publishableKey, { db: { schema: 'atrium' }, auth: { persistSession: false } })
  const emailOf = (name: string) => `${name.toLowerCase().replace(/[^a-z]+/g, '.')}-${suffix}@example.com`
  const suffix = crypto.randomUUID().slice(0, 8)
  const clients: Record<string, ReturnType<typeof client>> = {}
  for (const name of Object.keys(roles)) {
    const { error } = await admin.auth.admin.createUser({
      email: emailOf(name),
      password: PASSWORD,
      email_confirm: true,
      user_metadata: { name },
    })
    if (error) throw error
    const own = client()
    await own.auth.signInWithPassword({ email: emailOf(name), password: PASSWORD })
    clients[name] = own
  }
  const [owner, ...others] = Object.keys(roles)
  const as = (name: string) => {
    const own = clients[name]
    if (!own) throw new Error(`Nobody is called ${name}`)
    return own
  }
  const workspace = crypto.randomUUID()
  await as(owner ?? '')
    .rpc('create_workspace', { id: workspace, name: 'Northlight Studio' })
    .throwOnError()
  for (const name of others) {
    await as(owner ?? '')
      .rpc('invite_member', { workspace_id: workspace, email: emailOf(name), role: roles[name] })
      .throwOnError()
    const { data: invitations } = await as(name).rpc('my_invitations').throwOnError()
    await as(name).rpc('accept_my_invitation', { invitation_id: invitations[0].id }).throwOnError()
  }
  const { data: spaces } = await as(owner ?? '')
    .from('spaces')
    .select('id')
    .eq('workspace_id', workspace)
    .throwOnError()
  const idOf = async (name: string) => (await as(name).auth.getUser()).data.user?.id ?? ''
  return { workspace, space: spaces[0]?.id as string, as, emailOf, idOf }
}

export async function signIn(page: Page, { url }: Started, email: string, password = PASSWORD): Promise<void> {
  await page.goto(`${url}/login`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
}

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe finds on the page, each with where and why; nothing, on a good page. */
export async function axe(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(TAGS)
    .options({ rules: { 'target-size': { enabled: true } } })
    .analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 200)}: ${node.failureSummary?.split('\n')[1]?.trim()}`),
  )
}

/** How far the page can be scrolled sideways, in pixels. */
export const sidewaysScroll = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
