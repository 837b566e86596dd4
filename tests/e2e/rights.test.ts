import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { axe, makeTeam, SIZES, signIn, startAtrium, visit } from './people.ts'

const atrium = startAtrium()

test('[E2E22] an editor sees who has access to a page and why, shares it with a guest, and takes it back', {
  timeout: 60_000,
}, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor', Gus: 'guest' })
  const id = crypto.randomUUID()
  await team.as('Anna').rpc('create_document', { id, space_id: team.space, title: 'Launch plan' }).throwOnError()
  const [ben, gus] = await Promise.all([visit(atrium.browser, SIZES.desktop), visit(atrium.browser, SIZES.phone)])
  await signIn(ben.page, atrium.started, team.emailOf('Ben'))
  await signIn(gus.page, atrium.started, team.emailOf('Gus'))
  await ben.page.goto(`${atrium.started.url}/d/${id}`)
  await ben.page.getByRole('button', { name: 'Share', exact: true }).click()
  const dialog = ben.page.getByRole('dialog', { name: 'Who has access to Launch plan' })
  await dialog.getByText('The role in the workspace is owner.').waitFor()
  await dialog.getByLabel('Share with').selectOption({ label: 'Gus' })
  await dialog.getByLabel('Until').fill('2099-01-31')
  await dialog.getByRole('button', { name: 'Share' }).click()
  await dialog.getByText('Shared with this person as viewer until 2099').waitFor()
  expect.soft(await axe(ben.page)).toEqual([])
  await gus.page.goto(`${atrium.started.url}/d/${id}`)
  await gus.page.getByRole('heading', { name: 'Launch plan' }).waitFor()
  expect(await gus.page.getByRole('button', { name: 'Share', exact: true }).count()).toBe(0)
  await dialog.getByRole('button', { name: 'Stop sharing with Gus' }).click()
  const asking = ben.page.getByRole('dialog', { name: 'Stop sharing with Gus?' })
  await asking.getByText('One person loses access to one shared page.').waitFor()
  expect.soft(await axe(ben.page)).toEqual([])
  await asking.getByRole('button', { name: 'Stop sharing' }).click()
  await gus.page.getByRole('heading', { name: 'You don’t have access.', level: 1 }).waitFor()
})

test('[E2E23] closing a space says before who loses it, and the audit log says after who did it', { timeout: 60_000 }, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor', Carla: 'viewer' })
  const { page } = await visit(atrium.browser, SIZES.desktop)
  await signIn(page, atrium.started, team.emailOf('Anna'))
  await page.goto(`${atrium.started.url}/s/${team.space}`)
  await page.getByRole('main').getByRole('button', { name: 'More about General' }).click()
  await page.getByRole('menuitem', { name: 'Make private' }).click()
  await page.getByText('2 people lose access to one space.').waitFor()
  expect.soft(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Make private' }).click()
  await page.getByText('Private: only its members see it.').waitFor()

  await page.goto(`${atrium.started.url}/admin/audit`)
  const newest = page.getByRole('list', { name: 'Entries, newest first' }).getByRole('listitem')
  await newest.filter({ hasText: 'Anna changed a space' }).filter({ hasText: 'private: no → yes' }).waitFor()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as CSV' }).click()])
  expect(await readFile(await download.path(), 'utf8')).toContain('"space.changed"')
  await page.getByLabel('What', { exact: true }).selectOption('member')
  await newest.filter({ hasText: 'Carla' }).first().waitFor()
  await expect.poll(() => newest.filter({ hasText: 'a space' }).count()).toBe(0)
  expect.soft(await axe(page)).toEqual([])
})

test('[E2E24] an editor finds no administration', { timeout: 30_000 }, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor' })
  const { page } = await visit(atrium.browser, SIZES.tablet)
  await signIn(page, atrium.started, team.emailOf('Ben'))
  await page.goto(`${atrium.started.url}/admin/audit`)
  await page.getByText('This is for admins.').waitFor()
  expect(await axe(page)).toEqual([])
})
