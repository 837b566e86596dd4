import { strToU8, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { axe, makeTeam, SIZES, sidewaysScroll, signIn, startAtrium, visit } from './people.ts'

const atrium = startAtrium()
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
const textFile = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })

/** Two people of one space; both have its files open. */
async function inFiles() {
  const { started, browser } = atrium
  const team = await makeTeam(started, { Ann: 'owner', Vera: 'viewer' })
  const open = async (name: string, size: 'desktop' | 'phone' = 'desktop') => {
    const visitor = await visit(browser, SIZES[size])
    await signIn(visitor.page, started, team.emailOf(name))
    await visitor.page.goto(`${started.url}/s/${team.space}/files`)
    const list = visitor.page.getByRole('listbox', { name: 'Files and folders' })
    const names = () => list.locator('strong').allTextContents()
    return { ...visitor, list, names, row: (file: string) => list.getByRole('option', { name: file }) }
  }
  return { team, open }
}
const waits = { timeout: 15_000 }

test('[FILEUI1] what one uploads the other sees at once; it is opened, gets a new version, and the old one comes back', async () => {
  const { open } = await inFiles()
  const [ann, vera] = [await open('Ann'), await open('Vera')]
  await vera.page.getByRole('heading', { name: 'Nothing here yet' }).waitFor()
  expect(await vera.page.getByRole('button', { name: 'Upload' }).count()).toBe(0)
  const choosing = ann.page.waitForEvent('filechooser')
  await ann.page.getByRole('button', { name: 'Upload', exact: true }).click()
  await (await choosing).setFiles([
    textFile('plan.txt', 'first plan'),
    { name: 'pixel.png', mimeType: 'image/png', buffer: PIXEL },
    textFile('empty.txt', ''),
    textFile('page.html', '<script>document.title = "run"</script>'),
  ])
  await expect.poll(vera.names, waits).toEqual(['empty.txt', 'page.html', 'pixel.png', 'plan.txt'])
  const tray = ann.page.getByRole('region', { name: 'Uploads' })
  await expect.poll(() => tray.getByText('Uploaded').count(), waits).toBe(4)
  await ann.page.getByRole('link', { name: 'Home' }).first().click()
  await ann.page.getByRole('heading', { name: 'Home' }).waitFor()
  expect(await tray.count()).toBe(1)
  await ann.page.goBack()
  await tray.getByRole('button', { name: 'Clear what is done' }).click()
  await expect.poll(() => tray.count()).toBe(0)

  await vera.row('pixel.png').dblclick()
  await vera.page.getByRole('img', { name: 'Preview of pixel.png' }).waitFor()
  await vera.page.keyboard.press('Escape')
  await vera.row('page.html').dblclick()
  await vera.page.getByText('document.title = "run"').waitFor()
  expect(await vera.page.title()).toBe('Files of General · Atrium')
  await vera.page.keyboard.press('Escape')

  await ann.row('plan.txt').click()
  await ann.page.getByRole('button', { name: 'Versions' }).click()
  const dialog = ann.page.getByRole('dialog', { name: 'Versions of plan.txt' })
  const again = ann.page.waitForEvent('filechooser')
  await dialog.getByRole('button', { name: 'Upload a new version' }).click()
  await (await again).setFiles(textFile('other name.txt', 'second plan'))
  await dialog.getByText('Version 2').waitFor(waits)
  await dialog.getByRole('button', { name: 'Restore version 1' }).click()
  await dialog.getByText('restored from version 1').waitFor(waits)
  expect(await axe(ann.page)).toEqual([])
  await ann.page.keyboard.press('Escape')
  await vera.row('plan.txt').dblclick()
  await vera.page.getByText('first plan').waitFor(waits)
  expect([...ann.complaints, ...vera.complaints]).toEqual([])
}, 90_000)

test('[FILEUI2] folders and files are chosen by keys, moved, renamed, trashed and restored', async () => {
  const { open } = await inFiles()
  const ann = await open('Ann')
  const { page } = ann
  for (const name of ['Contracts', 'Drawings']) {
    await page.getByRole('button', { name: 'New folder' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill(name)
    await page.getByRole('button', { name: 'Create' }).click()
    await ann.row(name).waitFor()
  }
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Upload', exact: true }).click()
  await (await choosing).setFiles([textFile('a.txt', 'a'), textFile('b.txt', 'b'), textFile('c.txt', 'c')])
  await expect.poll(ann.names, waits).toEqual(['Contracts', 'Drawings', 'a.txt', 'b.txt', 'c.txt'])
  const chosen = () => ann.list.locator('[aria-selected="true"] strong').allTextContents()
  await ann.row('a.txt').click()
  await ann.list.focus()
  await page.keyboard.press('Shift+ArrowDown')
  await expect.poll(chosen).toEqual(['a.txt', 'b.txt'])
  expect(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Move', exact: true }).click()
  await page.getByRole('dialog', { name: 'Move to' }).getByRole('button', { name: 'Contracts' }).click()
  await expect.poll(ann.names).toEqual(['Contracts', 'Drawings', 'c.txt'])
  await ann.list.focus()
  await page.keyboard.press('Control+a')
  await expect.poll(chosen).toEqual(['Contracts', 'Drawings', 'c.txt'])
  await ann.row('Contracts').dblclick()
  await expect.poll(ann.names).toEqual(['a.txt', 'b.txt'])
  const trail = page.getByRole('navigation', { name: 'Folders above' })
  expect(await trail.getByRole('link').allTextContents()).toEqual(['General', 'Contracts'])
  await ann.row('a.txt').click()
  await page.keyboard.press('F2')
  await page.getByRole('textbox', { name: 'Name' }).fill('b.txt')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('This name is taken. Choose another one.').waitFor()
  await page.getByRole('textbox', { name: 'Name' }).fill('z.txt')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect.poll(ann.names).toEqual(['b.txt', 'z.txt'])
  await ann.list.focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  await page.getByText('2 items are in the trash.').waitFor()
  await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor()
  await page.getByRole('link', { name: 'Trash', exact: true }).click()
  await ann.row('z.txt').click()
  await page.getByRole('button', { name: 'Restore' }).click()
  await expect.poll(ann.names).toEqual(['b.txt'])
  await ann.row('b.txt').click()
  await page.getByRole('button', { name: 'Delete for ever' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete for ever' }).click()
  await page.getByRole('heading', { name: 'The trash is empty' }).waitFor()
  await page.getByRole('link', { name: 'Files', exact: true }).click()
  await ann.row('Contracts').dblclick()
  await expect.poll(ann.names).toEqual(['z.txt'])
  // The name that was taken, and what the browser says of it.
  expect(ann.complaints.filter((complaint) => !complaint.includes('409'))).toEqual([])
}, 90_000)

test('[FILEUI3] on a phone a tap opens, the box before the name chooses, and nothing is wider than the screen', async () => {
  const { open, team } = await inFiles()
  await team
    .as('Ann')
    .rpc('create_folder', { id: null, space_id: team.space, parent_id: null, name: `Long ${'name '.repeat(30)}` })
    .throwOnError()
  const ann = await open('Ann', 'phone')
  await ann.row('Long').locator('.file-box').tap()
  await ann.page.getByRole('button', { name: 'Move to trash' }).waitFor()
  expect(await sidewaysScroll(ann.page)).toBe(0)
  expect(await axe(ann.page)).toEqual([])
  await ann.row('Long').getByText('Long').tap()
  await ann.page.getByRole('navigation', { name: 'Folders above' }).waitFor()
  expect(ann.complaints).toEqual([])
}, 60_000)

test('[FILEUI20] pictures are drawn small in the list and large in the grid, which arrows walk and the browser remembers', async () => {
  const { open } = await inFiles()
  const { page, list, row, complaints } = await open('Ann')
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Upload', exact: true }).click()
  const pictures = ['a.png', 'b.png', 'c.png'].map((name) => ({ name, mimeType: 'image/png', buffer: PIXEL }))
  await (await choosing).setFiles([...pictures, textFile('d.txt', 'no picture')])
  const drawn = () =>
    list.locator('img').evaluateAll((images) => images.filter((image) => (image as HTMLImageElement).naturalWidth > 0).length)
  await expect.poll(drawn, { timeout: 60_000 }).toBe(3)
  await page.getByRole('button', { name: 'Large pictures' }).click()
  await row('a.png').click()
  await list.focus()
  await page.keyboard.press('ArrowRight')
  const chosen = () => list.locator('[aria-selected="true"] strong').allTextContents()
  await expect.poll(chosen).toEqual(['b.png'])
  const tops = await list
    .getByRole('option')
    .evaluateAll((options) => new Set(options.map((option) => (option as HTMLElement).offsetTop)).size)
  expect(tops).toBe(1)
  expect(await axe(page)).toEqual([])
  await page.reload()
  await row('a.png').waitFor()
  expect(await page.getByRole('button', { name: 'Large pictures' }).getAttribute('aria-pressed')).toBe('true')
  await page.setViewportSize(SIZES.phone.viewport)
  expect(await sidewaysScroll(page)).toBe(0)
  expect(complaints).toEqual([])
}, 120_000)

test('[FILEUI21] of an office document the text is shown, of an archive the names of what is in it', async () => {
  const { open } = await inFiles()
  const { page, row, complaints } = await open('Ann')
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Upload', exact: true }).click()
  const zip = (name: string, files: Record<string, string>) => {
    const buffer = Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)]))))
    return { name, mimeType: 'application/zip', buffer }
  }
  await (await choosing).setFiles([
    zip('letter.docx', { '[Content_Types].xml': '<Types/>', 'word/document.xml': '<w:p><w:t>Dear &lt;b&gt;Vera&lt;/b&gt;</w:t></w:p>' }),
    zip('photos.zip', { 'lake/boat.jpg': 'x'.repeat(2000) }),
  ])
  for (const [name, shown] of [
    ['letter.docx', 'Dear <b>Vera</b>'],
    ['photos.zip', 'lake/boat.jpg  2 kB'],
  ] as const) {
    const dialog = page.getByRole('dialog', { name })
    // The worker reads it after it is there.
    await expect
      .poll(async () => {
        await row(name).dblclick()
        await dialog.locator('pre, p.muted').first().waitFor()
        const text = await dialog.locator('pre').allTextContents()
        if (text.length === 0) await page.keyboard.press('Escape')
        return text
      }, waits)
      .toEqual([shown])
    expect(await axe(page)).toEqual([])
    await page.keyboard.press('Escape')
  }
  expect(complaints).toEqual([])
}, 90_000)
