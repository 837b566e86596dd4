import { expect, test } from 'vitest'
import { axe, makeTeam, SIZES, sidewaysScroll, signIn, startAtrium, visit } from './people.ts'

const atrium = startAtrium()
const waits = { timeout: 15_000 }

/** A team with a folder, and somebody at its files, or where told. */
async function withFolder(roles: Record<string, string>) {
  const { started, browser } = atrium
  const team = await makeTeam(started, roles)
  const folder = crypto.randomUUID()
  const as = (name: string) => team.as(name)
  await as('Ann').rpc('create_folder', { id: folder, space_id: team.space, parent_id: null, name: 'Contracts' }).throwOnError()
  await as('Ann').rpc('create_folder', { id: null, space_id: team.space, parent_id: folder, name: 'Year 2026' }).throwOnError()
  const open = async (name: string, path = `/s/${team.space}/files`, size: keyof typeof SIZES = 'desktop') => {
    const visitor = await visit(browser, SIZES[size])
    await signIn(visitor.page, started, team.emailOf(name))
    await visitor.page.goto(started.url + path)
    const list = visitor.page.getByRole('listbox', { name: 'Files and folders' })
    return { ...visitor, row: (file: string) => list.getByRole('option', { name: file }) }
  }
  return { team, folder, open }
}

test('[FILEUI10] a folder is shared with a guest from the list; he is told, opens it, puts a file into it, and loses it when it is taken back', async () => {
  const { folder, open } = await withFolder({ Ann: 'owner', Greta: 'guest' })
  const ann = await open('Ann')
  await ann.row('Contracts').click()
  await ann.page.getByRole('button', { name: 'Share' }).click()
  const dialog = ann.page.getByRole('dialog', { name: 'Who has access to Contracts' })
  await dialog.getByLabel('Share with').selectOption({ label: 'Greta' })
  await dialog.getByLabel('Role', { exact: true }).selectOption('editor')
  expect(await axe(ann.page)).toEqual([])
  await dialog.getByRole('button', { name: 'Share', exact: true }).click()
  await dialog.getByText('Shared with this person as editor.').waitFor()

  const greta = await open('Greta', '/inbox')
  await greta.page.getByText('Contracts').first().waitFor()
  await greta.page.goto(`${atrium.started.url}/f/${folder}`)
  await greta.row('Year 2026').waitFor()
  const choosing = greta.page.waitForEvent('filechooser')
  await greta.page.getByRole('button', { name: 'Upload', exact: true }).click()
  await (await choosing).setFiles({ name: 'offer.txt', mimeType: 'text/plain', buffer: Buffer.from('An offer') })
  await greta.page.getByText('Uploaded').waitFor(waits)
  await greta.page.reload()
  await greta.row('offer.txt').dblclick()
  await greta.page.getByText('An offer').waitFor()
  expect(await axe(greta.page)).toEqual([])
  await greta.page.keyboard.press('Escape')

  await dialog.getByRole('button', { name: 'Stop sharing with Greta' }).click()
  await ann.page.getByRole('button', { name: 'Stop sharing', exact: true }).click()
  await ann.page.getByText('No longer shared with Greta.').waitFor()
  await greta.page.reload()
  await greta.page.getByRole('heading', { name: 'You don’t have access.' }).first().waitFor()
  expect([...ann.complaints, ...greta.complaints]).toEqual([])
}, 90_000)

test('[FILEUI10] on a phone, who reads a shared file sees it by its own address, and nothing to change it with', async () => {
  const { team, folder, open } = await withFolder({ Ann: 'owner', Greta: 'guest' })
  const shared = { object_type: 'file', object_id: folder, role: 'viewer', user_id: await team.idOf('Greta') }
  await team.as('Ann').rpc('share_item', shared).throwOnError()
  const greta = await open('Greta', `/s/${team.space}/files`, 'phone')
  await greta.page.getByRole('heading', { name: 'Files shared with you' }).waitFor()
  await greta.row('Contracts').getByText('Contracts').tap()
  await greta.row('Year 2026').waitFor()
  expect(await greta.page.getByRole('button', { name: 'Upload' }).count()).toBe(0)
  expect(await sidewaysScroll(greta.page)).toBe(0)
  expect(await axe(greta.page)).toEqual([])
  expect(greta.complaints).toEqual([])
}, 60_000)

test('[FILEUI11] a folder is moved to another space from the dialog, by keys alone', async () => {
  const { team, open } = await withFolder({ Ann: 'owner', Vera: 'viewer' })
  const other = crypto.randomUUID()
  await team.as('Ann').rpc('create_space', { id: other, workspace_id: team.workspace, name: 'Legal', private: true }).throwOnError()
  const ann = await open('Ann')
  const vera = await open('Vera')
  await vera.row('Contracts').waitFor()
  await ann.row('Contracts').click()
  await ann.page.getByRole('button', { name: 'Move', exact: true }).press('Enter')
  const dialog = ann.page.getByRole('dialog', { name: 'Move to' })
  await dialog.getByLabel('Space').selectOption({ label: 'Legal' })
  expect(await axe(ann.page)).toEqual([])
  await dialog.getByRole('button', { name: 'Top of Legal' }).press('Enter')
  await ann.row('Contracts').waitFor({ state: 'detached' })
  await vera.row('Contracts').waitFor({ state: 'detached' })
  await ann.page.goto(`${atrium.started.url}/s/${other}/files`)
  await ann.row('Contracts').waitFor()
  expect([...ann.complaints, ...vera.complaints]).toEqual([])
}, 60_000)
