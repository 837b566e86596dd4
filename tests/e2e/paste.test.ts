import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { samples } from './pasteSamples.ts'
import { makeTeam, SIZES, signIn, startAtrium, visit } from './people.ts'

const atrium = startAtrium()
let page: Page
beforeAll(async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner' })
  const id = crypto.randomUUID()
  await team.as('Anna').rpc('create_document', { id, space_id: team.space, title: 'Pasted' }).throwOnError()
  ;({ page } = await visit(atrium.browser, SIZES.desktop))
  await signIn(page, atrium.started, team.emailOf('Anna'))
  await page.goto(`${atrium.started.url}/d/${id}`)
}, 90_000)
beforeEach(async () => {
  await body().click()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  await page.keyboard.press('Control+Alt+0')
})

const body = () => page.getByRole('textbox', { name: 'Text of the page' })

const paste = (content: Record<string, string>) =>
  body().evaluate((element, content) => {
    const clipboardData = new DataTransfer()
    for (const [type, data] of Object.entries(content)) clipboardData.setData(type, data)
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, content)

/** What tests ask of the editor on the page. */
interface Editor {
  getHTML(): string
  state: { doc: { textBetween(from: number, to: number): string }; selection: { from: number; to: number } }
}

const selected = () =>
  body().evaluate((element) => {
    const { doc, selection } = (element as unknown as { editor: Editor }).editor.state
    return doc.textBetween(selection.from, selection.to)
  })

/** The document as the schema writes it, without what it adds for looks and without the empty line at the end. */
async function written(): Promise<string> {
  const html = await body().evaluate((element) => (element as unknown as { editor: Editor }).editor.getHTML())
  return html
    .replaceAll(/<(colgroup|label)>.*?<\/\1>/g, '')
    .replaceAll(/ (?:rel|target|dir|style|data-type="taskItem"|colspan="1"|rowspan="1")(?:="[^"]*")?(?=[ >])/g, '')
    .replaceAll(/ (?:colspan|rowspan)="1"/g, '')
    .replaceAll(/<\/?(?:tbody|div)>/g, '')
    .replace(/(<p><\/p>)+$/, '')
}

test.for(samples)('[PASTE1] from $from', async ({ html, becomes }) => {
  await paste({ 'text/html': html, 'text/plain': 'words' })
  await expect.poll(written).toBe(becomes)
})

test('[PASTE2] Markdown becomes what it means, and undo returns to its words', async () => {
  await paste({ 'text/plain': '## Plan\n\n- [x] **Logo**\n- [ ] Film\n\n| a | b |\n|---|---|\n| 1 | 2 |' })
  await expect.poll(written).toContain('<h2>Plan</h2><ul data-type="taskList"><li data-checked="true"><p><strong>Logo</strong></p></li>')
  expect(await written()).toContain('<th><p>a</p></th>')
  await page.keyboard.press('Control+z')
  await expect.poll(written).toContain('<p>- [x] **Logo**</p>')
  await page.keyboard.press('Control+z')
  await expect.poll(written).toBe('')
})

test('[PASTE3] text with a stray sign stays text, and Ctrl+Shift+V pastes words alone', async () => {
  await paste({ 'text/plain': '2 * 3 * 4 is #24' })
  await expect.poll(written).toBe('<p>2 * 3 * 4 is #24</p>')
  await page.evaluate(() => navigator.clipboard.writeText(' # no heading\n- no list\n- at all'))
  await page.keyboard.press('Control+Shift+v')
  await expect.poll(written).toContain('# no heading')
  expect(await written()).not.toContain('<h1>')
})

test('[PASTE4] an address pasted on words makes them a link', async () => {
  await page.keyboard.type('the kit')
  await page.keyboard.press('Control+Shift+ArrowLeft')
  // The editor hears of a selection a moment after the key.
  await expect.poll(selected).toBe('kit')
  await paste({ 'text/plain': 'https://example.com/kit' })
  await expect.poll(written).toBe('<p>the <a href="https://example.com/kit">kit</a></p>')
})

test('[PASTE7] an address pasted right behind a word is a link as a whole, and what is typed behind it is not', async () => {
  await page.keyboard.type('kit:the')
  await paste({ 'text/plain': 'https://example.com/kit' })
  await page.keyboard.type(' there')
  await expect.poll(written).toBe('<p>kit:the<a href="https://example.com/kit">https://example.com/kit</a> there</p>')
})

test('[PASTE5] what is too large is refused with a sentence, and the page goes on', async () => {
  await paste({ 'text/html': `<p>${'four horses on a hill '.repeat(160_000)}</p>` })
  await page.getByText('This is too much for one paste.').waitFor()
  await page.keyboard.type('still here')
  await expect.poll(written).toBe('<p>still here</p>')
})

test('[PASTE7] a copy is HTML and readable text', async () => {
  await paste({
    'text/html': '<h2>Plan</h2><ol><li>Paper<ul><li>A4</li></ul></li></ol><table><tr><td>a</td><td>b</td></tr></table><p>End</p>',
  })
  await expect.poll(written).toContain('End')
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+c')
  const [text, html] = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read()
    return Promise.all(['text/plain', 'text/html'].map(async (type) => (await item?.getType(type))?.text()))
  })
  expect(text).toContain('## Plan\n\n1. Paper\n   - A4\n\na\tb\n\nEnd')
  expect(html).toContain('<h2')
})
