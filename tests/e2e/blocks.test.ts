import { randomUUID } from 'node:crypto'
import type { Locator, Page } from 'playwright-core'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { FRAGMENT } from '../../hocuspocus-server/src/protocol.ts'
import { SCHEMA_VERSION } from '../../hocuspocus-server/src/schema/version.ts'
import { closePeers, openPeer } from '../server/collaboration.ts'
import { axe, makeTeam, SIZES, sidewaysScroll, signIn, startAtrium, type Visitor, visit } from './people.ts'

const atrium = startAtrium()
let team: Awaited<ReturnType<typeof makeTeam>>
let anna: Visitor
let ben: Visitor
beforeAll(async () => {
  team = await makeTeam(atrium.started, { 'Anna Berg': 'owner', 'Ben Okafor': 'editor' })
  anna = await visit(atrium.browser, SIZES.desktop)
  ben = await visit(atrium.browser, SIZES.phone)
  await signIn(anna.page, atrium.started, team.emailOf('Anna Berg'))
  await signIn(ben.page, atrium.started, team.emailOf('Ben Okafor'))
}, 60_000)
afterAll(closePeers)

/** A story with two people and a look by axe takes longer than a test should when the machine is busy. */
const patient = { timeout: 90_000 }

type Box = Awaited<ReturnType<Locator['boundingBox']>>

const textOf = (page: Page) => page.getByRole('textbox', { name: 'Text of the page' })

/** A new page, with Anna's caret in it. */
async function newPage(title: string, space = team.space): Promise<{ id: string; page: Page; text: Locator }> {
  const id = randomUUID()
  await team.as('Anna Berg').rpc('create_document', { id, space_id: space, title }).throwOnError()
  const { page } = anna
  await open(page, id)
  await textOf(page).click()
  return { id, page, text: textOf(page) }
}

const open = async (page: Page, id: string) => {
  await page.goto(`${atrium.started.url}/d/${id}`)
  await textOf(page).waitFor()
}

const choose = (page: Page, name: string) => page.getByRole('option', { name, exact: true }).click()
const menu = (page: Page, name: string) => page.getByRole('menuitem', { name, exact: true }).click()

test('[BLOCK1] blocks are made as Markdown writes them', patient, async () => {
  const { page, text } = await newPage('Markdown')
  const { keyboard } = page
  await keyboard.type(':::warning Mind the gap')
  await keyboard.press('Enter')
  await keyboard.press('Enter')
  await keyboard.type('> [!TIP] Read it first')
  await keyboard.press('Enter')
  await keyboard.press('Enter')
  await keyboard.type('+++ More')
  await keyboard.press('Enter')
  await keyboard.type('Folded words')
  await keyboard.press('Enter')
  await keyboard.press('Enter')
  await keyboard.type('Euler: $e^{i\\pi}+1=0$ and ==marked== for $5 and $6')
  await keyboard.press('Enter')
  await keyboard.type('Read example.org/a. And [this](https://example.com), write to anna@example.org')
  await keyboard.press('Enter')
  await keyboard.type('$$ ')
  await keyboard.type('\\frac{1}{2}')
  await keyboard.press('Enter')
  await expect.poll(() => text.locator('.katex').count()).toBe(2)
  expect(
    await text.locator('.callout').evaluateAll((boxes) => boxes.map((box) => [(box as HTMLElement).dataset.kind, box.textContent])),
  ).toEqual([
    ['warning', 'Mind the gap'],
    ['success', 'Read it first'],
  ])
  expect(await text.locator('a').evaluateAll((links) => links.map((link) => [link.textContent, link.getAttribute('href')]))).toEqual([
    ['example.org/a', 'https://example.org/a'],
    ['this', 'https://example.com/'],
    ['anna@example.org', 'mailto:anna@example.org'],
  ])
  expect(await text.locator('mark').textContent()).toBe('marked')
  expect(await text.locator('> p').first().textContent()).toContain('for $5 and $6')
  const folded = text.getByText('Folded words')
  await text.getByRole('button', { name: 'Close', exact: true }).click()
  expect(await folded.isVisible()).toBe(false)
  await text.getByRole('button', { name: 'Open', exact: true }).click()
  expect(await folded.isVisible()).toBe(true)
  expect.soft(await axe(page)).toEqual([])
})

test('[BLOCK2] a table is made by its size, filled by Tab, changed by menus, and pasted from a spreadsheet', patient, async () => {
  const { page, text } = await newPage('Table')
  const { keyboard } = page
  await keyboard.type('/table')
  await keyboard.press('Enter')
  await page.getByRole('button', { name: '3 × 3 table' }).waitFor()
  await keyboard.press('ArrowLeft')
  await keyboard.press('Enter')
  for (const words of ['Name', 'Role', 'Anna', 'Design', 'Ben']) {
    await keyboard.type(words)
    if (words !== 'Ben') await keyboard.press('Tab')
  }
  const rows = () => text.locator('tr').evaluateAll((lines) => lines.map((line) => [...line.children].map((cell) => cell.textContent)))
  expect(await rows()).toEqual([['Name', 'Role'], ['Anna', 'Design'], ['Ben', '']]) // biome-ignore format: a table
  await page.getByRole('button', { name: 'Row', exact: true }).click()
  await menu(page, 'Move row up')
  await page.getByRole('button', { name: 'Column', exact: true }).click()
  await menu(page, 'Insert column before')
  expect(await rows()).toEqual([['', 'Name', 'Role'], ['', 'Ben', ''], ['', 'Anna', 'Design']]) // biome-ignore format: a table
  // By keyboard alone: the caret in the new column, its menu, wider.
  const widthOfFirst = () =>
    text
      .locator('th')
      .first()
      .evaluate((cell) => cell.getBoundingClientRect().width)
  await text.locator('th').first().click()
  const before = await widthOfFirst()
  await keyboard.press('Alt+F10')
  await keyboard.press('w')
  await keyboard.press('Enter')
  await expect.poll(widthOfFirst).toBeGreaterThan(before + 20)
  // The editor hears of a caret that a click has set a moment later; its grips say where it is.
  const grip = page.getByRole('button', { name: 'Row', exact: true })
  const cell = text.locator('td').first()
  await cell.click()
  await expect.poll(async () => isBeside(await grip.boundingBox(), await cell.boundingBox())).toBe(true)
  await keyboard.press('Shift+ArrowRight')
  await expect.poll(() => text.locator('.selectedCell').count()).toBe(2)
  await page.getByRole('button', { name: 'Row', exact: true }).click()
  await menu(page, 'Merge cells')
  await expect.poll(() => text.locator('td[colspan="2"]').count()).toBe(1)

  // By mouse: the line after the first column.
  const edge = await text.locator('th').first().boundingBox()
  if (!edge) throw new Error('The table is not there')
  await page.mouse.move(edge.x + edge.width - 1, edge.y + 10)
  await page.mouse.down()
  await page.mouse.move(edge.x + edge.width + 80, edge.y + 10, { steps: 4 })
  await page.mouse.up()
  await expect.poll(widthOfFirst).toBeGreaterThan(edge.width + 60)

  await text.locator('> p').last().click()
  await grip.waitFor({ state: 'hidden' })
  await page.evaluate(() => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', 'City\tPeople\nOslo\t700 000')
    document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  })
  await expect.poll(() => text.locator('table').count()).toBe(2)
  expect(await text.locator('table').last().locator('th').allTextContents()).toEqual(['City', 'People'])
})

function isBeside(grip: Box, cell: Box): boolean {
  const middle = grip && grip.y + grip.height / 2
  return middle !== null && cell !== null && middle > cell.y && middle < cell.y + cell.height
}

test('[BLOCK3] a file is stored when it is pasted, again when that failed, and others can save and play it', patient, async () => {
  const { id, page, text } = await newPage('Files')
  await page.route('**/object/upload/sign/**', (route) => route.abort())
  await page.evaluate(pasteFile, { name: 'plan.html', type: 'text/html', content: '<script>document.title = "owned"</script>' })
  await text.getByText(/plan.html could not be stored/).waitFor()
  await page.unroute('**/object/upload/sign/**')
  anna.complaints.length = 0
  await text.getByRole('button', { name: 'Try again' }).click()
  await text.locator('.file-card', { hasText: 'plan.html' }).waitFor()
  await page.evaluate(pasteFile, { name: 'song.mp3', type: 'audio/mpeg', content: 'not music' })
  await text.locator('audio').waitFor()

  await open(ben.page, id)
  const save = textOf(ben.page).getByRole('button', { name: 'Save plan.html' })
  const [download] = await Promise.all([ben.page.waitForEvent('download'), save.click()])
  expect(download.suggestedFilename()).toBe('plan.html')
  const address = download.url()
  const headers = (await ben.page.request.get(address.replace(/&download=[^&]*/, ''))).headers()
  expect(headers['content-type']).toBe('application/octet-stream')
  expect(headers['content-disposition']).toContain('attachment')
  expect(await textOf(ben.page).locator('audio').getAttribute('src')).toContain('/object/sign/document-files/')
  // Nobody who has not the right of the one who signed gets it: without the token there is nothing.
  expect((await ben.page.request.get(address.split('?')[0] ?? '')).status()).toBeGreaterThanOrEqual(400)
})

test(
  '[BLOCK4] people, pages and days are mentioned with the names they have now, and a page that one may not see says nothing',
  patient,
  async () => {
    const anna_ = team.as('Anna Berg')
    const secretSpace = randomUUID()
    await anna_.rpc('create_space', { id: secretSpace, workspace_id: team.workspace, name: 'Board', private: true }).throwOnError()
    const secret = randomUUID()
    await anna_.rpc('create_document', { id: secret, space_id: secretSpace, title: 'Merger' }).throwOnError()
    const { id, page, text } = await newPage('Mentions')
    for (const [typed, name] of [
      ['@Ben', 'Ben Okafor'],
      ['@Merg', 'Merger'],
      ['@Mark', 'Markdown'],
    ] as const) {
      await page.keyboard.type(typed)
      await choose(page, name)
    }
    await page.keyboard.type('@2031-05-04')
    await page.getByRole('option').first().waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.type(':tada')
    await page.getByRole('option', { name: 'party popper' }).click()
    const mentions = () => text.locator('.mention').allTextContents()
    await expect.poll(mentions).toEqual(['@Ben Okafor', 'Merger', 'Markdown', expect.stringMatching(/May.*2031|2031.*May/)])
    expect(await text.textContent()).toContain('🎉')
    await anna_.from('documents').update({ title: 'Acquisition' }).eq('id', secret).throwOnError()
    await expect.poll(mentions).toContain('Acquisition')

    await open(ben.page, id)
    const his = textOf(ben.page).locator('.mention')
    await expect.poll(() => his.allTextContents()).toEqual(['@Ben Okafor', 'A page that you cannot see', 'Markdown', expect.anything()])
    expect(await ben.page.content()).not.toMatch(/Merger|Acquisition/)
    await his.filter({ hasText: 'Markdown' }).click()
    await ben.page
      .getByRole('heading', { name: 'Markdown' })
      .or(ben.page.getByRole('textbox', { name: 'Title' }))
      .first()
      .waitFor()
    await expect.poll(() => ben.page.getByText('Mind the gap').count()).toBe(1)
  },
)

test('[BLOCK5] what a newer editor wrote stays; an older one shows the rest, writes nothing and asks to reload', patient, async () => {
  const [id, { page }] = [randomUUID(), anna]
  await team.as('Anna Berg').rpc('create_document', { id, space_id: team.space, title: 'From the future' }).throwOnError()
  const hologram = new Y.XmlElement('hologram')
  const inside = new Y.XmlElement('paragraph')
  const [words, old] = [new Y.XmlText(), new Y.XmlElement('paragraph')]
  words.insert(0, 'Shining', { glow: { strength: 3 } })
  inside.insert(0, [words])
  hologram.insert(0, [inside])
  old.insert(0, [new Y.XmlText('Old words')])
  const written = new Y.Doc()
  written.getXmlFragment(FRAGMENT).insert(0, [hologram, old])
  // A server of that version wrote it; this one takes nothing of the kind from anybody.
  const sql = postgres(atrium.started.databaseUrl, { max: 1 })
  await sql`insert into atrium_private.document_updates (document_id, update) values (${id}, ${Y.encodeStateAsUpdate(written)})`
  await sql.end()

  await open(page, id)
  const banner = page.getByText(/written with a newer version/)
  await banner.waitFor()
  const text = textOf(page)
  await text.click()
  await page.keyboard.type('nobody hears')
  const { data } = await team.as('Ben Okafor').auth.getSession()
  const url = `${atrium.started.url.replace('http', 'ws')}/collab?schema=${SCHEMA_VERSION}`
  const newer = openPeer({ url, documentId: id, token: data.session?.access_token ?? '' })
  await expect.poll(() => newer.text()).toContain('Old words')
  newer.type('A last line')
  await text.getByText('A last line').waitFor()
  await page.reload()
  await banner.waitFor()
  await text.getByText('Old words').waitFor()
  await newer.saved()
  expect(newer.document.getXmlFragment(FRAGMENT).toString()).toBe(
    '<hologram><paragraph><glow strength="3">Shining</glow></paragraph></hologram><paragraph>Old words</paragraph><paragraph>A last line</paragraph>',
  )
  expect.soft(await axe(page)).toEqual([])
})

test(
  '[BLOCK6] on a phone the bar above the keyboard makes blocks and changes tables; wide ones scroll by themselves',
  patient,
  async () => {
    const { id, page } = await newPage('By thumb')
    await page.keyboard.type('|||| one')
    for (const words of ['two', 'three']) {
      await page.keyboard.press('Tab')
      await page.keyboard.type(words)
    }
    await page.getByText('Saved', { exact: true }).waitFor()
    await open(ben.page, id)
    const his = textOf(ben.page)
    await his.getByText('two').click()
    await ben.page.getByRole('button', { name: 'Change the table' }).click()
    await menu(ben.page, 'Insert column after')
    await expect.poll(() => his.locator('th').count()).toBe(4)
    await ben.page.getByRole('button', { name: 'Change the table' }).click()
    await menu(ben.page, 'Delete table')
    await ben.page.getByRole('button', { name: 'Blocks', exact: true }).click()
    await menu(ben.page, 'Warning')
    await ben.page.keyboard.type('Careful')
    await expect.poll(() => his.locator('.callout[data-kind=warning]').textContent()).toContain('Careful')
    await ben.page.getByRole('button', { name: 'Colour', exact: true }).click()
    expect.soft(await axe(ben.page)).toEqual([])
    await ben.page.keyboard.press('Escape')
    expect(await sidewaysScroll(ben.page)).toBe(0)
  },
)

test('[BLOCK8] a picture is made smaller by mouse, keys and buttons, moved aside and described; others see it so', patient, async () => {
  const { id, page, text } = await newPage('Picture')
  await page.evaluate(pastePicture)
  const picture = text.locator('figure img')
  const width = () => picture.evaluate((image) => Math.round((image.clientWidth / (image.parentElement?.clientWidth ?? 1)) * 100))
  await expect.poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(900)
  await picture.click()
  expect(await width()).toBe(100)
  await page.getByRole('button', { name: 'Small', exact: true }).click()
  await expect.poll(width).toBe(33)
  const edge = page.getByRole('slider', { name: 'Width of the picture' })
  await edge.press('ArrowRight')
  await expect.poll(width).toBe(38)
  const box = await picture.boundingBox()
  if (!box) throw new Error('The picture is not there')
  await page.mouse.move(box.x + box.width - 10, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width + 100, box.y + box.height / 2, { steps: 4 })
  await page.mouse.up()
  await expect.poll(width).toBeGreaterThan(45)
  await page.getByRole('button', { name: 'Right', exact: true }).click()
  await page.getByRole('textbox', { name: 'Description of the picture' }).fill('A green house')
  await page.keyboard.press('Enter')
  expect.soft(await axe(page)).toEqual([])
  await page.getByText('Saved', { exact: true }).waitFor()

  await open(ben.page, id)
  const his = textOf(ben.page).getByRole('img', { name: 'A green house' })
  await his.waitFor()
  expect(await his.evaluate((image) => (image.closest('figure') as HTMLElement).dataset.align)).toBe('right')
})

test('[BLOCK7] nobody saw an error in the console', () => {
  expect({ anna: anna.complaints, ben: ben.complaints }).toEqual({ anna: [], ben: [] })
})

/** In the page: what a paste of a file does. */
function pasteFile({ name, type, content }: { name: string; type: string; content: string }): void {
  const clipboardData = new DataTransfer()
  clipboardData.items.add(new File([content], name, { type }))
  document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
}

async function pastePicture(): Promise<void> {
  const canvas = document.createElement('canvas')
  canvas.width = 900
  canvas.height = 500
  canvas.getContext('2d')?.fillRect(8, 8, 600, 300)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve))
  const clipboardData = new DataTransfer()
  clipboardData.items.add(new File([blob ?? ''], 'image.png', { type: 'image/png' }))
  document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
}
