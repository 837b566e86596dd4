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
  carl = await visit(atrium.browser, SIZES.phone)
  await signIn(anna.page, atrium.started, team.emailOf('Anna Berg'))
  await signIn(carl.page, atrium.started, team.emailOf('Carl Reader'))
  await anna.page.goto(address)
  await textOf(anna.page).click()
  await anna.page.keyboard.type('The first paragraph says little.\nWe launch in March.\nThe third one is short.')
  await anna.page.getByText('Saved', { exact: true }).waitFor()
}, 180_000)

const textOf = (page: Page) => page.getByRole('textbox', { name: 'Text of the page' })
const panelOf = (page: Page) => page.getByRole('complementary', { name: 'Suggestions' })
const paragraphs = (page: Page) =>
  textOf(page)
    .locator('> p')
    .evaluateAll((all) =>
      all.map((each) => {
        const copy = each.cloneNode(true) as HTMLElement
        for (const caret of copy.querySelectorAll('.caret')) caret.remove()
        return copy.textContent
      }),
    )

test('[E2E70] on a phone somebody who may not write suggests changes, and the page stays as it is', { timeout: 60_000 }, async () => {
  await carl.page.goto(`${address}?panel=suggestions`)
  await panelOf(carl.page).getByText('No suggestions.').waitFor()
  expect.soft(await axe(carl.page)).toEqual([])
  await panelOf(carl.page).getByRole('button', { name: 'Suggest changes' }).click()
  await carl.page.getByText('You write a suggestion.').waitFor()
  await panelOf(carl.page).getByRole('button', { name: 'Close' }).click()
  await textOf(carl.page).getByText('We launch in March.').tap()
  await carl.page.keyboard.press('End')
  await carl.page.keyboard.press('Backspace')
  await carl.page.keyboard.type(' or in April.\nCarl was here.')
  await expect.poll(() => paragraphs(carl.page)).toContain('Carl was here.')
  expect.soft(await axe(carl.page)).toEqual([])
  expect(await sidewaysScroll(carl.page)).toBe(0)
  await carl.page.getByRole('button', { name: 'Done' }).click()
  await panelOf(carl.page).getByText('2 changes').waitFor()
  expect.soft(await axe(carl.page)).toEqual([])
  expect(await paragraphs(anna.page)).toEqual(['The first paragraph says little.', 'We launch in March.', 'The third one is short.'])
})

test('[E2E71] an editor takes one change while she writes, leaves the other in the same moment, and both see the page at once', {
  timeout: 60_000,
}, async () => {
  await anna.page.getByRole('button', { name: 'Suggestions' }).click()
  const card = panelOf(anna.page).getByRole('article', { name: 'Suggestion by Carl Reader' })
  await card.getByText('2 changes').waitFor()
  expect(await card.locator('ins').allInnerTexts()).toEqual([
    expect.stringContaining('or in April'),
    expect.stringContaining('Carl was here.'),
  ])
  expect.soft(await axe(anna.page)).toEqual([])
  await textOf(anna.page).getByText('We launch in March.').click()
  await anna.page.keyboard.press('Home')
  await anna.page.keyboard.type('Surely: ')
  await card.getByRole('button', { name: 'Accept', exact: true }).first().click()
  await card.getByText('1 change').waitFor()
  await card.getByRole('button', { name: 'Reject', exact: true }).click()
  for (const { page } of [anna, carl])
    await expect
      .poll(() => paragraphs(page), { timeout: 10_000 })
      .toEqual(['The first paragraph says little.', 'Surely: We launch in March or in April.', 'The third one is short.'])
  await panelOf(anna.page).getByText('No suggestions.').waitFor()
  await panelOf(carl.page).getByText('No suggestions.').waitFor()
  expect(await paragraphs(anna.page)).not.toContain('Carl was here.')
})

test('[E2E72] an own suggestion is withdrawn, and its address leads nowhere', { timeout: 60_000 }, async () => {
  await panelOf(anna.page).getByRole('button', { name: 'Suggest changes' }).click()
  await anna.page.getByText('You write a suggestion.').waitFor()
  const branch = anna.page.url()
  await panelOf(anna.page).getByRole('button', { name: 'Withdraw' }).click()
  await panelOf(anna.page).getByRole('button', { name: 'Withdraw' }).click()
  await panelOf(anna.page).getByText('No suggestions.').waitFor()
  await anna.page.goto(branch)
  await anna.page.getByText('This suggestion was withdrawn or decided.').waitFor()
  await anna.page.getByRole('button', { name: 'Back to the page' }).click()
  await expect.poll(() => paragraphs(anna.page)).toContain('The third one is short.')
  expect([anna.complaints, carl.complaints]).toEqual([[], []])
})
