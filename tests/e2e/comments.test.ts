import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { axe, makeTeam, SIZES, sidewaysScroll, signIn, startAtrium, type Visitor, visit } from './people.ts'

const atrium = startAtrium()
let team: Awaited<ReturnType<typeof makeTeam>>
let anna: Visitor
let carl: Visitor
let address: string
beforeAll(async () => {
  team = await makeTeam(atrium.started, { 'Anna Berg': 'owner', 'Carl Reader': 'commenter' })
  const id = crypto.randomUUID()
  await team.as('Anna Berg').rpc('create_document', { id, space_id: team.space, title: 'Launch plan' }).throwOnError()
  address = `${atrium.started.url}/d/${id}`
  anna = await visit(atrium.browser, SIZES.desktop)
  carl = await visit(atrium.browser, SIZES.desktop)
  await signIn(anna.page, atrium.started, team.emailOf('Anna Berg'))
  await signIn(carl.page, atrium.started, team.emailOf('Carl Reader'))
  await anna.page.goto(address)
  const text = anna.page.getByRole('textbox', { name: 'Text of the page' })
  await text.click()
  await anna.page.keyboard.type('The first paragraph says little.\nWe launch in the second week of March.\nThe third one is short.')
  await anna.page.getByText('Saved', { exact: true }).waitFor()
  await carl.page.goto(address)
  await carl.page.getByText('The first paragraph says little.').waitFor()
}, 120_000)

const textOf = (page: Page) => page.getByRole('textbox', { name: 'Text of the page' })
const panelOf = (page: Page) => page.getByRole('complementary', { name: 'Comments' })
const threadOf = (page: Page, quote: string) => panelOf(page).getByRole('article', { name: `Thread about “${quote}”` })
const marks = (page: Page) => textOf(page).locator('mark.comment-mark').allTextContents()

/** Selects words as a mouse would, whether the text can be written or not. */
async function select(page: Page, words: string): Promise<void> {
  await textOf(page).evaluate((element, wanted) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.textContent?.indexOf(wanted) ?? -1
      if (at >= 0) getSelection()?.setBaseAndExtent(node, at, node, at + wanted.length)
    }
  }, words)
}

test('[E2E60] who may not write comments on what he selects, and the writer sees it at once and answers', async () => {
  await select(carl.page, 'second week of March')
  await carl.page.getByRole('toolbar', { name: 'Formatting' }).getByRole('button', { name: 'Comment' }).click()
  const field = panelOf(carl.page).getByRole('textbox', { name: 'Write a comment' })
  await field.fill('Is **this** still true, @ann')
  await panelOf(carl.page).getByRole('option', { name: 'Anna Berg' }).click()
  expect.soft(await axe(carl.page)).toEqual([])
  await carl.page.keyboard.press('Control+Enter')
  await threadOf(carl.page, 'second week of March').getByText('Is this still true, @Anna Berg').waitFor()

  await expect.poll(() => marks(anna.page)).toEqual(['second week of March'])
  await textOf(anna.page).getByText('second week of March').click()
  const thread = threadOf(anna.page, 'second week of March')
  await thread.getByText('Carl Reader').waitFor()
  expect(await thread.locator('strong').textContent()).toBe('this')
  await thread.getByRole('textbox', { name: 'Reply' }).fill('Yes, I asked.')
  await thread.getByRole('button', { name: 'Reply' }).click()
  await threadOf(carl.page, 'second week of March').getByText('Yes, I asked.').waitFor()
  await threadOf(carl.page, 'second week of March').getByRole('button', { name: 'Add a reaction' }).first().click()
  await carl.page.getByRole('group', { name: 'Add a reaction' }).getByRole('button', { name: '🎉' }).click()
  await thread.getByRole('button', { name: '🎉 1: Carl Reader' }).waitFor()
  for (const { page } of [anna, carl]) expect.soft(await axe(page)).toEqual([])
})

test('[E2E61] a thread follows its text through what others write, also when a block is made another', async () => {
  await textOf(anna.page).getByText('The first paragraph').click()
  await anna.page.keyboard.press('Home')
  await anna.page.keyboard.type('Before it all, ')
  await textOf(anna.page).getByText('second week of March').click()
  await anna.page.keyboard.press('Home')
  await anna.page.keyboard.type('Perhaps ')
  await anna.page.keyboard.press('Control+Alt+2')
  await expect.poll(() => carl.page.getByRole('heading', { name: /second week of March/ }).count()).toBe(1)
  for (const { page } of [anna, carl]) await expect.poll(() => marks(page)).toEqual(['second week of March'])
  // A new visit knows nothing but the anchor that is kept.
  await carl.page.reload()
  await expect.poll(() => marks(carl.page)).toEqual(['second week of March'])
})

test('[E2E62] a thread whose text is deleted stays with its quote, and comes back with an undo', async () => {
  await textOf(anna.page).getByText('The third one').click()
  await select(anna.page, 'third one')
  await anna.page.keyboard.press('Control+Alt+m')
  await panelOf(anna.page).getByRole('textbox', { name: 'Write a comment' }).fill('Too short')
  await panelOf(anna.page).getByRole('button', { name: 'Comment', exact: true }).click()
  await threadOf(anna.page, 'third one').getByText('Too short').waitFor()
  await expect.poll(() => marks(carl.page)).toEqual(['second week of March', 'third one'])
  await textOf(anna.page).getByText('The third one').click()
  await anna.page.keyboard.press('End')
  await anna.page.keyboard.press('Shift+Home')
  await anna.page.keyboard.press('Backspace')
  for (const { page } of [anna, carl]) {
    await threadOf(page, 'third one').getByText('This text was deleted').waitFor()
    expect(await marks(page)).toEqual(['second week of March'])
  }
  await panelOf(carl.page)
    .getByRole('button', { name: /Text deleted/ })
    .click()
  expect(await panelOf(carl.page).getByRole('article').count()).toBe(1)
  await anna.page.keyboard.type('Something else stands here now.')
  await expect.poll(() => textOf(carl.page).getByText('Something else stands here now.').count()).toBe(1)
  expect(await marks(carl.page)).toEqual(['second week of March'])
  await textOf(anna.page).click()
  for (let steps = 0; steps < 2; steps++) await anna.page.keyboard.press('Control+z')
  for (const { page } of [anna, carl]) await expect.poll(() => marks(page)).toEqual(['second week of March', 'third one'])
})

test('[E2E63] resolving takes a thread out of the text, and undo brings it back', async () => {
  await panelOf(carl.page).getByRole('button', { name: /^Open/ }).click()
  expect(await threadOf(carl.page, 'third one').getByRole('button', { name: 'Resolve' }).count()).toBe(0)
  await threadOf(anna.page, 'third one').getByRole('button', { name: 'Resolve' }).click()
  await threadOf(carl.page, 'third one').waitFor({ state: 'hidden' })
  for (const { page } of [anna, carl]) await expect.poll(() => marks(page)).toEqual(['second week of March'])
  await anna.page.getByRole('status').getByRole('button', { name: 'Undo' }).click()
  await threadOf(carl.page, 'third one').waitFor()
  await threadOf(anna.page, 'third one').getByRole('button', { name: 'Comment by Anna Berg' }).click()
  await anna.page.getByRole('menuitem', { name: 'Delete' }).click()
  await anna.page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
  for (const { page } of [anna, carl]) await threadOf(page, 'third one').waitFor({ state: 'hidden' })
})

test('[E2E64] a link leads to a thread on a phone, where it is read from the bottom', async () => {
  const link = panelOf(anna.page).getByRole('button', { name: 'Copy link' }).first()
  await link.click()
  const copied = await anna.page.evaluate(() => navigator.clipboard.readText())
  const phone = await visit(atrium.browser, SIZES.phone)
  await signIn(phone.page, atrium.started, team.emailOf('Carl Reader'))
  await phone.page.goto(copied)
  const thread = threadOf(phone.page, 'second week of March')
  await thread.getByText('Yes, I asked.').waitFor()
  expect(await thread.getAttribute('aria-current')).toBe('true')
  await expect.poll(() => textOf(phone.page).locator('mark.active').count()).toBe(1)
  expect(await sidewaysScroll(phone.page)).toBe(0)
  expect.soft(await axe(phone.page)).toEqual([])
  expect(phone.complaints).toEqual([])
  await phone.page.context().close()
})

test('[E2E65] what hostile people wrote is shown as text', async () => {
  const carlsClient = team.as('Carl Reader')
  const hostile = '<img src=x onerror="document.title=1">'
  const id = crypto.randomUUID()
  const { data: threads } = await carlsClient.from('comment_threads').select('*').throwOnError()
  const mention = { type: 'mention', attrs: { kind: 'person', id: crypto.randomUUID(), label: hostile } }
  await carlsClient
    .rpc('create_thread', {
      id,
      document_id: threads[0].document_id,
      anchor: { start: 'AAAA', end: '////' },
      quote: hostile,
      body: { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: hostile }, mention] }] },
    })
    .throwOnError()
  const thread = panelOf(anna.page).locator(`[data-thread-card="${id}"]`)
  await thread.getByText(hostile).first().waitFor()
  expect(await thread.locator('img').count()).toBe(0)
  expect(await thread.getByText(`@${hostile}`).count()).toBe(1)
  await thread.getByText('This text was deleted').waitFor()
  expect(await anna.page.title()).toMatch(/^(\(\d+\) )?Launch plan · Atrium$/)
})

test('[E2E65] after all of it nobody saw an error', () => {
  expect([anna.complaints, carl.complaints]).toEqual([[], []])
})
