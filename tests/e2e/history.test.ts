import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { axe, makeTeam, SIZES, sidewaysScroll, signIn, startAtrium, type Visitor, visit } from './people.ts'

const atrium = startAtrium()

const text = (page: Page) => page.getByRole('textbox', { name: 'Text of the page' })
/** What is written, without the names at the carets of others. */
const written = (page: Page) =>
  text(page).evaluate((element) => {
    const copy = element.cloneNode(true) as HTMLElement
    for (const caret of copy.querySelectorAll('.caret')) caret.remove()
    return copy.textContent ?? ''
  })
/** Longer than a second, for two browsers on one busy machine. */
const SOON = { timeout: 8000 }
const saved = (page: Page) => page.locator('.saved[data-state="saved"]').waitFor()
const place = (page: Page) => page.locator('article.version')

/** A page with two named versions: Anna's, and Ben's on top of it. */
async function twoVersions(roles: Record<string, string>) {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor', ...roles })
  const id = crypto.randomUUID()
  const content = (...lines: string[]) => ({
    type: 'doc',
    content: lines.map((line) => ({ type: 'paragraph', content: [{ type: 'text', text: line }] })),
  })
  const done = async (who: string, command: string) =>
    expect
      .poll(async () => (await team.as(who).rpc('command_state', { id: command }).throwOnError()).data[0].state, { timeout: 15_000 })
      .toBe('done')
  const name = async (who: string, called: string) => {
    const { data } = await team.as(who).rpc('name_version', { document_id: id, name: called }).throwOnError()
    await expect
      .poll(async () => (await team.as(who).from('document_versions').select('words').eq('id', data).throwOnError()).data?.[0]?.words, {
        timeout: 15_000,
      })
      .not.toBeNull()
  }
  const write = async (who: string, ...lines: string[]) => {
    const { data } = await team
      .as(who)
      .rpc('replace_document', { id, content: content(...lines) })
      .throwOnError()
    await done(who, data)
  }
  await team.as('Anna').rpc('create_document', { id, space_id: team.space, title: 'Launch plan' }).throwOnError()
  await write('Anna', 'We launch in spring.', 'Anna writes the letter.', 'Nobody knows the price.')
  await name('Anna', 'First draft')
  await write('Ben', 'We launch in autumn.', 'Anna writes the letter.', 'Ben calls the printer tomorrow morning.')
  await name('Ben', 'After the meeting')
  return { team, id }
}

async function open({ page }: Visitor, address: string, email: string) {
  await signIn(page, atrium.started, email)
  await page.goto(`${atrium.started.url}${address}`)
}

test('[E2E46] somebody finds an old version, sees what changed and who did it, and restores it while another types', {
  timeout: 120_000,
}, async () => {
  const { team, id } = await twoVersions({})
  const [anna, ben] = await Promise.all([visit(atrium.browser, SIZES.desktop), visit(atrium.browser, SIZES.desktop)])
  await open(ben, `/d/${id}`, team.emailOf('Ben'))
  await saved(ben.page)
  await open(anna, `/d/${id}?panel=history`, team.emailOf('Anna'))
  const { page } = anna
  const panel = page.getByRole('complementary', { name: 'History' })
  await panel.getByRole('button', { name: /^After the meeting/ }).click()
  await place(page)
    .getByRole('heading', { name: /After the meeting/ })
    .waitFor()
  await place(page).getByText('autumn', { exact: true }).waitFor()
  expect(await place(page).locator('ins').first().textContent()).toBe('autumn')
  expect(await place(page).locator('del').first().textContent()).toBe('spring')
  await page.getByRole('button', { name: 'Next change' }).click()
  await page.getByRole('status').filter({ hasText: 'Change 1 of' }).waitFor({ state: 'attached' })
  expect(await page.getByRole('status').filter({ hasText: 'Change 1 of' }).textContent()).toContain('by Ben')
  expect.soft(await axe(page)).toEqual([])

  await page.getByRole('button', { name: 'Authors', exact: true }).click()
  await place(page).getByText('Anna', { exact: true }).first().waitFor()
  expect.soft(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Replay', exact: true }).click()
  const slider = page.getByRole('slider', { name: 'Moment' })
  await slider.waitFor()
  await slider.press('Home')
  await expect.poll(() => place(page).getByText('We launch').count()).toBe(0)
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  await place(page).getByText('Ben calls the printer').waitFor()
  expect.soft(await axe(page)).toEqual([])

  await panel.getByRole('button', { name: /^First draft/ }).click()
  await page.getByRole('button', { name: 'Text', exact: true }).click()
  await place(page).getByText('Nobody knows the price.').waitFor()
  await page.getByRole('button', { name: 'Restore this version' }).click()
  await page.getByRole('radio', { name: 'Everything as it was then' }).waitFor()
  expect.soft(await axe(page)).toEqual([])
  // Ben types at the end, and does not stop while the version comes back.
  await text(ben.page).click()
  await text(ben.page).press('ControlOrMeta+End')
  await text(ben.page).press('Enter')
  let typing = true
  const typed = (async () => {
    let words = ''
    for (let count = 0; typing; count++) {
      await text(ben.page).pressSequentially(`w${count} `)
      words += `w${count} `
    }
    return words.trim()
  })()
  await expect.poll(() => written(ben.page), SOON).toContain('w3')
  await page.getByRole('button', { name: 'Restore', exact: true }).click()
  await page.getByText('The page is as it was.').waitFor()
  const before = await written(ben.page)
  const reached = Number(/w(\d+) ?$/.exec(before.trim())?.[1] ?? 0)
  await expect.poll(() => written(ben.page), SOON).toContain(`w${reached + 3}`)
  typing = false
  const words = (await typed).split(' ')
  for (const each of [ben.page, page]) {
    await expect.poll(() => written(each), SOON).toContain('Nobody knows the price.')
    // Whatever he typed after the button was pressed is there, in one piece.
    await expect.poll(() => written(each), SOON).toContain(words.slice(-3).join(' '))
    const now = await written(each)
    expect(now).toContain('We launch in spring.')
    expect(now).not.toContain('Ben calls the printer')
  }
  expect([anna.complaints, ben.complaints]).toEqual([[], []])
})

test('[E2E47] one block comes back, and a version gets a name and loses it', { timeout: 60_000 }, async () => {
  const { team, id } = await twoVersions({})
  const anna = await visit(atrium.browser, SIZES.desktop)
  await open(anna, `/d/${id}?panel=history`, team.emailOf('Anna'))
  const { page } = anna
  const panel = page.getByRole('complementary', { name: 'History' })
  await panel.getByRole('button', { name: /^First draft/ }).click()
  await page.getByLabel('Compared with').selectOption({ label: 'the page now' })
  const block = place(page).locator('.version-block').filter({ hasText: 'launch in' })
  await block.hover()
  await block.getByRole('button', { name: 'Restore this block' }).click()
  await page.getByText('The block is as it was.').waitFor()
  await expect
    .poll(() => text(page).textContent())
    .toBe('We launch in spring.Anna writes the letter.Ben calls the printer tomorrow morning.')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => text(page).textContent()).toContain('We launch in autumn.')
  await panel.getByRole('button', { name: 'Name the current version' }).click()
  await page.getByLabel('Name of the version').fill('As agreed')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await panel.getByRole('button', { name: /^As agreed/ }).waitFor()
  const row = panel.getByRole('listitem').filter({ hasText: 'As agreed' })
  await row.getByRole('button', { name: /^Actions for/ }).click()
  await page.getByRole('menuitem', { name: 'Take the name away' }).click()
  await expect.poll(() => panel.getByRole('button', { name: /^As agreed/ }).count()).toBe(0)
  expect(anna.complaints).toEqual([])
})

test.for(['viewer', 'commenter'])(
  '[E2E48] a %s reads the history on a phone, and restores and names nothing',
  { timeout: 60_000 },
  async (role) => {
    const { team, id } = await twoVersions({ Vera: role })
    const vera = await visit(atrium.browser, SIZES.phone)
    await open(vera, `/d/${id}?panel=history`, team.emailOf('Vera'))
    const { page } = vera
    const panel = page.getByRole('complementary', { name: 'History' })
    await panel.getByRole('button', { name: /^After the meeting/ }).waitFor()
    expect.soft(await axe(page)).toEqual([])
    expect(await panel.getByRole('button', { name: 'Name the current version' }).count()).toBe(0)
    await panel.getByRole('button', { name: /^After the meeting/ }).click()
    await place(page).locator('ins').first().waitFor()
    expect(await page.getByRole('button', { name: /Restore/ }).count()).toBe(0)
    expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0)
    expect.soft(await axe(page)).toEqual([])
    const refused = await team.as('Vera').rpc('restore_version', { document_id: id, at: new Date().toISOString() })
    expect(refused.error).toMatchObject({ code: 'PT403', details: 'role_too_low' })
    await page.getByRole('button', { name: 'Back to the page' }).click()
    await text(page).waitFor()
    expect(vera.complaints).toEqual([])
  },
)
