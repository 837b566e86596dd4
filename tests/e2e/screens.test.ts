import { beforeAll, expect, test } from 'vitest'
import { axe, makeTeam, SIZES, sidewaysScroll, signIn, startAtrium, visit } from './people.ts'

const atrium = startAtrium()
let email: string
let paths: string[]
beforeAll(async () => {
  const longName = 'Wolfgang-Maximilian von und zu Hohenlohe-Schillingsfürst'
  const team = await makeTeam(atrium.started, { Anna: 'owner', [longName]: 'editor' })
  const document = crypto.randomUUID()
  const title = 'A very long title of a page that does not fit into any sidebar, breadcrumb or tab '.repeat(2).trim()
  await team.as('Anna').rpc('create_document', { id: document, space_id: team.space, title }).throwOnError()
  const { data: rooms } = await team.as('Anna').rpc('my_rooms', { workspace_id: team.workspace }).throwOnError()
  for (const text of ['Short', 'word'.repeat(200), 'שלום עולם', 'https://example.com/a/very/long/path/'.repeat(8)]) {
    await team.as('Anna').rpc('send_message', { id: crypto.randomUUID(), room_id: rooms[0].id, text }).throwOnError()
  }
  email = team.emailOf('Anna')
  paths = [
    '/',
    '/people',
    '/docs',
    '/chat',
    '/catch-up',
    '/threads',
    '/saved',
    '/search?q=word',
    '/settings',
    '/settings/security',
    '/settings/account',
    '/admin/people',
    '/admin/audit',
    '/admin/roles',
    '/admin/access?as=editor',
    '/admin/storage',
    '/admin/policy',
    '/admin/groups',
    `/s/${team.space}`,
    `/d/${document}`,
    `/c/${rooms[0].id}`,
    '/nowhere',
  ]
}, 60_000)

test.for([
  ['desktop', 'light'],
  ['desktop', 'dark'],
  ['tablet', 'light'],
  ['phone', 'light'],
  ['phone', 'dark'],
] as const)('[E2E16] every screen is accessible and fits, on a %s in %s colours', { timeout: 180_000 }, async ([size, colorScheme]) => {
  const { page, complaints } = await visit(atrium.browser, { ...SIZES[size], colorScheme })
  await signIn(page, atrium.started, email)
  for (const path of paths) {
    await page.goto(atrium.started.url + path)
    await page.locator('main h1').first().waitFor()
    await page.waitForLoadState('networkidle')
    expect.soft(await axe(page), path).toEqual([])
    expect.soft(await sidewaysScroll(page), path).toBe(0)
  }
  expect(complaints).toEqual([])
})

test('[E2E17] at 320 pixels and 400 % zoom nothing has to be scrolled sideways, from right to left too', async () => {
  const { page } = await visit(atrium.browser, { viewport: { width: 320, height: 256 } })
  await signIn(page, atrium.started, email)
  for (const direction of ['ltr', 'rtl']) {
    for (const path of paths) {
      await page.goto(atrium.started.url + path)
      await page.locator('main h1').first().waitFor()
      await page.evaluate((dir) => document.documentElement.setAttribute('dir', dir), direction)
      expect.soft(await sidewaysScroll(page), `${direction} ${path}`).toBe(0)
    }
  }
}, 60_000)

test('[E2E18] everything is reached by keyboard: the skip link first, then a visible focus on each stop', async () => {
  const { page } = await visit(atrium.browser, SIZES.desktop)
  await signIn(page, atrium.started, email)
  await page.goto(atrium.started.url)
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content')
  for (let i = 0; i < 25; i++) {
    await page.keyboard.press('Tab')
    expect.soft(await page.evaluate(hiddenFocus), `stop ${i + 1}`).toBeNull()
  }
})

test('[E2E19] the palette opens by Ctrl+K anywhere, finds by typing, goes by Enter and closes by Escape', async () => {
  const { page } = await visit(atrium.browser, SIZES.desktop)
  await signIn(page, atrium.started, email)
  await page.keyboard.press('Control+k')
  const palette = page.getByRole('dialog', { name: 'Search and commands' })
  await palette.waitFor()
  expect(await axe(page)).toEqual([])
  await page.keyboard.type('very long')
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: 'Text of the page' }).click()
  await page.keyboard.press('Control+k')
  await palette.waitFor()
  await page.keyboard.press('Escape')
  await palette.waitFor({ state: 'hidden' })
  expect(await page.evaluate(() => document.activeElement?.classList.contains('ProseMirror'))).toBe(true)
})

/** In the page: what has the focus, unless it shows it and is in view. */
async function hiddenFocus(): Promise<string | null> {
  // The skip link slides in: a frame begins it, and a transition of no length ends in the next.
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
  const element = document.activeElement
  if (!element || element === document.body) return null // Past the last stop, the browser's own controls have it.
  const { outlineStyle, outlineWidth } = getComputedStyle(element)
  const { width, top, bottom } = element.getBoundingClientRect()
  const isInView = width > 0 && bottom > 0 && top < window.innerHeight
  return isInView && outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 ? null : element.outerHTML.slice(0, 200)
}
