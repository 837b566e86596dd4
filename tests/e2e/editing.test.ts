import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { axe, makeTeam, SIZES, signIn, startAtrium, type Visitor, visit } from './people.ts'

const atrium = startAtrium()
let team: Awaited<ReturnType<typeof makeTeam>>
let anna: Visitor
let ben: Visitor
beforeAll(async () => {
  team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor', Vera: 'viewer' })
  anna = await visit(atrium.browser, SIZES.desktop)
  ben = await visit(atrium.browser, SIZES.phone)
  await signIn(anna.page, atrium.started, team.emailOf('Anna'))
  await signIn(ben.page, atrium.started, team.emailOf('Ben'))
}, 90_000)

const body = (page: Page) => page.getByRole('textbox', { name: 'Text of the page' })

/** What is written on the page, block by block; the names at carets are not. */
const text = (page: Page) =>
  body(page).evaluate((element) => {
    const copy = element.cloneNode(true) as HTMLElement
    for (const caret of copy.querySelectorAll('.caret')) caret.remove()
    return [...copy.children].map((block) => block.textContent)
  })

/** What a paste from another program does. */
const paste = (page: Page, content: Record<string, string>) =>
  page.evaluate((content) => {
    const clipboardData = new DataTransfer()
    for (const [type, data] of Object.entries(content)) clipboardData.setData(type, data)
    document.querySelector('.ProseMirror')?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, content)

/** A new page that both have open, with this text in it. */
async function openTogether(html: string): Promise<void> {
  const id = crypto.randomUUID()
  await team.as('Anna').rpc('create_document', { id, space_id: team.space, title: 'Launch plan' }).throwOnError()
  for (const { page } of [anna, ben]) {
    await page.goto(`${atrium.started.url}/d/${id}`)
    await body(page).waitFor()
  }
  await body(anna.page).click()
  await paste(anna.page, { 'text/html': html })
  await expect.poll(() => text(ben.page)).toEqual(await text(anna.page))
}

test('[EDIT1] an outline leads to each heading and marks the one that is read; words are counted', async () => {
  const filler = '<p>Words that fill a page.</p>'.repeat(30)
  await openTogether(`<h1>What ships</h1>${filler}<h2>Press kit</h2>${filler}<h3>Pictures</h3>${filler}`)
  const { page } = anna
  await page.getByRole('button', { name: 'Outline' }).click()
  const outline = page.getByRole('navigation', { name: 'Outline' })
  await outline.getByRole('button', { name: 'Press kit' }).click()
  await expect.poll(() => outline.locator('[aria-current]').textContent()).toBe('Press kit')
  await page.keyboard.type('Our ')
  await outline.getByRole('button', { name: 'Our Press kit' }).waitFor()
  await page.locator('.text-length').getByText('456').waitFor()
  expect.soft(await axe(page)).toEqual([])

  await ben.page.getByRole('button', { name: 'Page actions' }).click()
  await ben.page.getByRole('menuitem', { name: 'Outline' }).click()
  expect.soft(await axe(ben.page)).toEqual([])
  await ben.page.getByRole('button', { name: 'Pictures' }).click()
  await expect.poll(() => body(ben.page).getByRole('heading', { name: 'Pictures' }).evaluate(isInView)).toBe(true)
  expect(await ben.page.getByRole('navigation', { name: 'Outline' }).count()).toBe(0)
})

const isInView = (element: Element) => {
  const { top, bottom } = element.getBoundingClientRect()
  return top >= 0 && bottom <= innerHeight
}

test('[EDIT2] words are found and replaced as one step of undo, seen by nobody else', async () => {
  await openTogether('<p>The proof is at the printer. A proof of waterproof paper.</p>')
  const { page } = anna
  await page.keyboard.press('Control+f')
  await page.getByRole('textbox', { name: 'Find on this page' }).fill('Proof')
  await page.getByText('1 of 3', { exact: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('2 of 3', { exact: true }).waitFor()
  expect(await body(ben.page).locator('.found, .caret-selection').count()).toBe(0)
  await page.getByRole('button', { name: 'Whole words' }).click()
  await page.getByText('2 of 2', { exact: true }).waitFor()
  await page.keyboard.press('Control+h')
  await page.getByRole('textbox', { name: 'Replace with' }).fill('sample')
  expect.soft(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Replace all' }).click()
  await page.getByText('2 replaced').waitFor()
  await expect.poll(() => text(ben.page)).toContain('The sample is at the printer. A sample of waterproof paper.')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+z')
  await expect.poll(() => text(ben.page)).toContain('The proof is at the printer. A proof of waterproof paper.')
})

test('[EDIT3] an expression finds and fills in its groups, and one that would take for ever is given up', async () => {
  await openTogether(`<p>Room 12 and room 7. ${'a'.repeat(40)}</p>`)
  const { page } = anna
  await page.keyboard.press('Control+h')
  const find = page.getByRole('textbox', { name: 'Find on this page' })
  await page.getByRole('button', { name: 'Regular expression' }).click()
  await find.fill('(')
  await page.getByText('This is no expression').waitFor()
  await find.fill('(a+)+b')
  await page.getByText('This takes too long').waitFor()
  await find.fill('room (\\d+)')
  await page.getByText(/of 2$/).waitFor()
  await page.getByRole('textbox', { name: 'Replace with' }).fill('hall $1')
  await page.getByRole('button', { name: 'Replace all' }).click()
  await expect.poll(() => text(page)).toContain(`hall 12 and hall 7. ${'a'.repeat(40)}`)
  await find.press('Escape')
  expect(await body(page).evaluate((element) => element === document.activeElement)).toBe(true)
})
