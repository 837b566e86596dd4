import { expect, test } from 'vitest'
import { axe, makeTeam, SIZES, signIn, startAtrium, type Visitor, visit } from './people.ts'

const atrium = startAtrium()

const body = ({ page }: Visitor) => page.getByRole('textbox', { name: 'Text of the page' })

async function pageWith(roles: Record<string, string>) {
  const team = await makeTeam(atrium.started, roles)
  const id = crypto.randomUUID()
  await team.as('Anna').rpc('create_document', { id, space_id: team.space, title: 'Launch plan' }).throwOnError()
  const open = async (name: string, size = SIZES.desktop) => {
    const visitor = await visit(atrium.browser, size)
    await signIn(visitor.page, atrium.started, team.emailOf(name))
    await visitor.page.goto(`${atrium.started.url}/d/${id}`)
    await body(visitor).waitFor()
    return visitor
  }
  return { ...team, id, open }
}

test('[E2E9] an editor who becomes a viewer while he writes can write no more, and his page says so', async () => {
  const team = await pageWith({ Anna: 'owner', Ben: 'editor' })
  const [anna, ben] = await Promise.all([team.open('Anna'), team.open('Ben')])
  await body(ben).click()
  await ben.page.keyboard.type('As an editor. ')
  await expect.poll(() => body(anna).textContent()).toContain('As an editor.')

  await anna.page.getByRole('link', { name: 'People' }).click()
  await anna.page.getByRole('combobox', { name: 'Role of Ben' }).selectOption('viewer')
  await anna.page.getByRole('button', { name: 'Change role' }).click()
  await ben.page.getByText('Read only', { exact: true }).waitFor()
  expect(await body(ben).getAttribute('contenteditable')).toBe('false')
  await ben.page.keyboard.type('As a viewer.')
  await anna.page.goBack()
  await expect.poll(() => body(anna).textContent()).toContain('As an editor.')
  expect(await body(anna).textContent()).not.toContain('As a viewer.')
  expect(await axe(ben.page)).toEqual([])
})

test('[E2E10] somebody who is removed is told, and sees nothing more', async () => {
  const team = await pageWith({ Anna: 'owner', Ben: 'editor' })
  const [anna, ben] = await Promise.all([team.open('Anna'), team.open('Ben')])
  await anna.page.getByRole('link', { name: 'People' }).click()
  await anna.page.getByRole('button', { name: 'More about Ben' }).click()
  await anna.page.getByRole('menuitem', { name: 'Remove from workspace' }).click()
  await anna.page
    .getByRole('dialog')
    .getByRole('button', { name: /Remove/ })
    .click()
  await ben.page.getByText('You no longer have access to Northlight Studio.').waitFor()
  await ben.page.getByRole('heading', { name: 'Create your workspace' }).waitFor()
  await expect.poll(() => body(ben).count()).toBe(0)
  await ben.page.goto(`${atrium.started.url}/d/${team.id}`)
  await expect.poll(() => body(ben).count()).toBe(0)
  const { data } = await team.as('Ben').from('documents').select('id')
  expect(data).toEqual([])
})

test('[E2E157] what somebody wrote without network stays when the page is left, and is offered as a copy when it is lost meanwhile', async () => {
  const team = await pageWith({ Anna: 'owner', Ben: 'editor' })
  const ben = await team.open('Ben')
  // A browser that is set offline goes on using the sockets that it has.
  let isCut = false
  await ben.page.routeWebSocket(/\/collab/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((message) => isCut || server.send(message))
    server.onMessage((message) => isCut || socket.send(message))
  })
  const cut = async (cutting: boolean) => {
    isCut = cutting
    await ben.page.context().setOffline(cutting)
  }
  await ben.page.reload()
  const offer = ben.page.getByText('Some of your text in “Launch plan” was not saved.')
  const copied = () => ben.page.evaluate(() => navigator.clipboard.readText())
  await body(ben).click()
  await ben.page.keyboard.type('Sent. ')
  await ben.page.getByText('Saved', { exact: true }).waitFor()
  await cut(true)
  await ben.page.keyboard.type('Unsent.')
  await ben.page.locator('.saved[data-state=offline]').waitFor()
  await ben.page.getByRole('link', { name: 'Home', exact: true }).click()
  await ben.page.getByRole('treeitem', { name: 'Launch plan' }).first().click()
  await expect.poll(() => body(ben).textContent()).toBe('Sent. Unsent.')
  expect(await offer.count()).toBe(0)

  await cut(false)
  await ben.page.getByText('Saved', { exact: true }).waitFor()
  await body(ben).click()
  await cut(true)
  await ben.page.keyboard.type('Lost. ')
  await ben.page.locator('.saved[data-state=offline]').waitFor()
  await team
    .as('Anna')
    .rpc('suspend_member', { workspace_id: team.workspace, user_id: await team.idOf('Ben') })
    .throwOnError()
  await cut(false)
  await ben.page.getByRole('heading', { name: 'Create your workspace' }).waitFor({ timeout: 20_000 })
  await offer.waitFor()
  expect(await axe(ben.page)).toEqual([])
  await ben.page.getByRole('button', { name: 'Copy my text' }).click()
  await expect.poll(copied).toMatch(/Lost\. /)
})

test('[E2E11] a private space is not there for whoever is not in it; a viewer finds nothing to change', async () => {
  const team = await pageWith({ Anna: 'owner', Ben: 'viewer' })
  const [anna, ben] = await Promise.all([team.open('Anna'), team.open('Ben', SIZES.desktop)])
  await anna.page.getByRole('button', { name: 'New space' }).click()
  const dialog = anna.page.getByRole('dialog', { name: 'New space' })
  await dialog.getByLabel('Name').fill('Board')
  await dialog.getByRole('radio', { name: /Private/ }).check()
  await dialog.getByRole('button', { name: 'Create space' }).click()
  await anna.page.getByRole('link', { name: 'Board', exact: true }).first().waitFor()
  const { data: spaces } = await team.as('Anna').from('spaces').select('id').eq('name', 'Board').throwOnError()

  await ben.page.reload()
  await body(ben).waitFor()
  expect(await ben.page.getByText('Board').count()).toBe(0)
  expect(await ben.page.getByRole('button', { name: 'New space' }).count()).toBe(0)
  expect(await body(ben).getAttribute('contenteditable')).toBe('false')
  await ben.page.goto(`${atrium.started.url}/s/${spaces[0]?.id}`)
  await ben.page.getByRole('heading', { level: 1, name: 'You don’t have access.' }).waitFor()
})
