import { readFileSync } from 'node:fs'
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { beforeAll, expect, test } from 'vitest'
import { axe, makeTeam, SIZES, sidewaysScroll, signIn, startAtrium, type Visitor, visit } from './people.ts'

const atrium = startAtrium()
let team: Awaited<ReturnType<typeof makeTeam>>
let anna: Visitor
beforeAll(async () => {
  team = await makeTeam(atrium.started, { 'Anna Berg': 'owner' })
  anna = await visit(atrium.browser, SIZES.desktop)
  await signIn(anna.page, atrium.started, team.emailOf('Anna Berg'))
})

const HANDBOOK = Buffer.from(
  zipSync({
    'Handbook.md': strToU8('# Handbook\n\nSee [rules](Handbook/Rules.md).\n'),
    'Handbook/Rules.md': strToU8('# Rules\n\n- [x] be kind\n'),
  }),
)

test('[E2E50] an archive is dropped, its pages appear in the tree, and go out again as an archive', async () => {
  const { page, complaints } = anna
  await page.goto(`${atrium.started.url}/docs`)
  await page.getByRole('button', { name: 'Import' }).click()
  const dialog = page.getByRole('dialog', { name: 'Import pages' })
  const data = await page.evaluateHandle(
    (bytes) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([Uint8Array.from(bytes)], 'handbook.zip'))
      transfer.items.add(new File(['x'], 'song.mp3'))
      return transfer
    },
    [...HANDBOOK],
  )
  await dialog.getByText('Drop files here').dispatchEvent('drop', { dataTransfer: data })
  await dialog.getByText('2 pages imported').waitFor()
  await dialog.getByText('This kind of file cannot be imported.').waitFor()
  expect.soft(await axe(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Open handbook.zip' }).click()
  await page.getByRole('textbox', { name: 'Text of the page' }).getByText('See rules').waitFor()
  await page.getByRole('treeitem', { name: 'Handbook' }).waitFor()

  await page.getByRole('button', { name: 'Page actions' }).click()
  await page.getByRole('menuitem', { name: 'Export…' }).click()
  const exporting = page.getByRole('dialog', { name: 'Export “Handbook”' })
  await exporting.getByRole('checkbox', { name: 'With the page beneath it' }).check()
  expect.soft(await axe(page)).toEqual([])
  const downloading = page.waitForEvent('download')
  await exporting.getByRole('button', { name: 'Export', exact: true }).click()
  const download = await downloading
  await exporting.getByText('Handbook.zip is ready.').waitFor()
  expect(download.suggestedFilename()).toBe('Handbook.zip')
  const files = unzipSync(readFileSync(await download.path()))
  expect(strFromU8(files['Handbook.md'] as Uint8Array)).toBe('# Handbook\n\nSee [rules](Handbook/Rules.md).\n')
  expect(complaints).toEqual([])
})

test('[E2E51] on a phone, with the keyboard, a page goes out as PDF; a file that is no archive is refused with a sentence', async () => {
  const phone = await visit(atrium.browser, SIZES.phone)
  const { page } = phone
  await signIn(page, atrium.started, team.emailOf('Anna Berg'))
  const { data } = await team
    .as('Anna Berg')
    .rpc('create_document', { id: crypto.randomUUID(), space_id: team.space, title: 'Notes', markdown: 'Some *words*.' })
    .throwOnError()
  await page.goto(`${atrium.started.url}/d/${data.id}`)
  await page.getByRole('textbox', { name: 'Text of the page' }).getByText('words').waitFor()
  await page.getByRole('button', { name: 'Page actions' }).click()
  await page.getByRole('menuitem', { name: 'Export…' }).press('Enter')
  await page.getByRole('radio', { name: /^PDF/ }).press('Space')
  expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0)
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export', exact: true }).press('Enter')
  expect((await downloading).suggestedFilename()).toBe('Notes.pdf')
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: 'Page actions' }).click()
  await page.getByRole('menuitem', { name: 'Import pages beneath…' }).click()
  await page
    .getByLabel('Drop files here')
    .setInputFiles([{ name: 'broken.zip', mimeType: 'application/zip', buffer: Buffer.from('no archive') }])
  await page.getByText('This is no ZIP archive, or it is damaged.').waitFor()
  expect.soft(await axe(page)).toEqual([])
  await page.getByLabel('Drop files here').setInputFiles([{ name: 'one.md', mimeType: 'text/markdown', buffer: Buffer.from('# One') }])
  await page.getByText('One page imported').waitFor()
  const { data: made } = await team.as('Anna Berg').from('documents').select('title').eq('parent_id', data.id).throwOnError()
  expect(made).toEqual([{ title: 'One' }])
})

test('[E2E52] a room goes out from its details as an archive, on a phone too', async () => {
  const as = team.as('Anna Berg')
  const room = crypto.randomUUID()
  await as.rpc('create_room', { id: room, space_id: team.space, name: 'launch' }).throwOnError()
  await as.rpc('send_message', { id: crypto.randomUUID(), room_id: room, text: 'We start on Monday' }).throwOnError()
  const phone = await visit(atrium.browser, SIZES.phone)
  await signIn(phone.page, atrium.started, team.emailOf('Anna Berg'))
  for (const { page, complaints } of [anna, phone]) {
    await page.goto(`${atrium.started.url}/c/${room}?details=1`)
    await page.getByRole('button', { name: 'Export…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Export launch' })
    await dialog.getByRole('radio', { name: /^Markdown/ }).check()
    expect.soft(await axe(page)).toEqual([])
    expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0)
    const downloading = page.waitForEvent('download')
    await dialog.getByRole('button', { name: 'Export', exact: true }).click()
    const download = await downloading
    await dialog.getByText('launch.zip is ready.').waitFor()
    const files = unzipSync(readFileSync(await download.path()))
    expect(strFromU8(files['messages.md'] as Uint8Array)).toMatch(/^# launch\n[\s\S]*We start on Monday\n$/)
    expect(complaints).toEqual([])
  }
})
