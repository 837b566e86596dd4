import type { Page } from 'playwright-core'
import { beforeAll, expect, test, vi } from 'vitest'
import { axe, makeTeam, SIZES, signIn, startAtrium, visit } from './people.ts'

const atrium = startAtrium()
let team: Awaited<ReturnType<typeof makeTeam>>
let page: Page
let document: string
let room: string
/** What every page reads first. */
const LISTS = ['my_workspaces', 'has_links', 'spaces', 'space_members', 'group_members', 'documents', 'my_rooms', 'workspace_members']
const url = (path: string) => atrium.started.url + path

beforeAll(async () => {
  team = await makeTeam(atrium.started, { 'Anna Berg': 'owner', 'Ben Okafor': 'editor' })
  const anna = team.as('Anna Berg')
  document = crypto.randomUUID()
  await anna.rpc('create_document', { id: document, space_id: team.space, title: 'Travel list' }).throwOnError()
  const { data: rooms } = await anna.rpc('my_rooms', { workspace_id: team.workspace }).throwOnError()
  room = rooms[0].id
  await team.as('Ben Okafor').rpc('send_message', { id: crypto.randomUUID(), room_id: room, text: 'See you at the station' }).throwOnError()
  ;({ page } = await visit(atrium.browser, { ...SIZES.desktop, serviceWorkers: 'allow' }))
  await signIn(page, atrium.started, team.emailOf('Anna Berg'))
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, null, { timeout: 30_000 })
  await page.goto(url(`/c/${room}`))
  await page.getByText('See you at the station').waitFor()
  await kept(['messages'])
  await page.goto(url('/inbox'))
  await page.getByRole('heading', { name: 'Inbox' }).first().waitFor()
  await page.goto(url('/docs'))
  await row('Travel list').waitFor()
  await kept(LISTS)
})

/** What the server calls the page. */
const title = async () =>
  (await team.as('Anna Berg').from('documents').select('title').eq('id', document).single().throwOnError()).data.title
const row = (name: string) => page.getByRole('treeitem', { name }).first()
async function rename(from: string, to: string): Promise<void> {
  await row(from).hover()
  await page
    .getByRole('button', { name: `Actions for ${from}` })
    .first()
    .click()
  await page.getByRole('menuitem', { name: 'Rename', exact: true }).click()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type(to)
  await page.keyboard.press('Enter')
}
/** The keys of what the device keeps in a store. Something is painted before it is stored. */
const stored = (store: 'answers' | 'outbox') =>
  page.evaluate(async (name) => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const person = JSON.parse(localStorage.getItem('atrium.session') ?? '').user.id
      const request = indexedDB.open(`atrium.${person}`)
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    const request = database.transaction(name).objectStore(name).getAllKeys()
    await new Promise((resolve) => {
      request.onsuccess = resolve
    })
    database.close()
    return request.result as string[]
  }, store)
const waiting = async () => (await stored('outbox')).length
/** Waits until these tables and functions, which were read, are kept. */
const kept = (names: string[]) =>
  vi.waitFor(
    async () =>
      expect((await stored('answers')).map((question) => question.split(/[? ]/)[0]?.split('/').at(-1))).toEqual(
        expect.arrayContaining(names),
      ),
    10_000,
  )
const banner = (on: Page) => on.getByText('You are offline.')

test('[OFF1] without network every page starts cold, with what was read last', async () => {
  const context = page.context()
  await page.close()
  await context.setOffline(true)
  page = await context.newPage()
  await page.goto(url('/docs'))
  await row('Travel list').waitFor()
  await banner(page).waitFor()
  expect.soft(await axe(page)).toEqual([])
  await page.goto(url(`/c/${room}`))
  await page.getByText('See you at the station').waitFor()
  await page.goto(url('/inbox'))
  await page.getByRole('heading', { name: 'Inbox' }).first().waitFor()
  await page.goto(url('/settings/device'))
  await page.getByText('Nothing waits').waitFor()
  expect.soft(await axe(page)).toEqual([])
})

test('[OFF2] what is done without network survives the end of the tab and arrives once, with a receipt', async () => {
  const context = page.context()
  await page.goto(url('/docs'))
  await row('Travel list').waitFor()
  await rename('Travel list', 'Packing list')
  await row('Packing list').waitFor()
  await expect.poll(waiting).toBe(1)
  await page.goto(url(`/c/${room}`))
  await page
    .getByRole('textbox', { name: /Message/ })
    .first()
    .fill('Written on the train')
  await page.keyboard.press('Enter')
  await page.getByText('Written on the train').waitFor()
  await expect.poll(waiting).toBe(2)
  await page.close()
  page = await context.newPage()
  await page.goto(url('/settings/device'))
  await page.getByText('Page changed: Packing list').waitFor()
  await page.getByText('Message: Written on the train').waitFor()
  expect(await title()).toBe('Travel list')
  await context.setOffline(false)
  await expect.poll(title).toBe('Packing list')
  await page.getByText('Nothing waits').waitFor()
  await page.getByText('Sent', { exact: false }).first().waitFor()
  // Without network once more: what was sent is not taken back by what was read before.
  await context.setOffline(true)
  await page.goto(url('/docs'))
  await row('Packing list').waitFor()
  await context.setOffline(false)
  const { data: said } = await team.as('Ben Okafor').from('messages').select('id').eq('text', 'Written on the train').throwOnError()
  expect(said).toHaveLength(1)
  const { data: receipts } = await team.as('Anna Berg').from('sync_receipts').select('outcome').throwOnError()
  expect(receipts).toEqual([{ outcome: 'done' }])
})

test('[OFF3] a change that is refused when the network is back stays with its reason, and the list shows what is', async () => {
  const context = page.context()
  await page.goto(url('/docs'))
  await row('Packing list').waitFor()
  await context.setOffline(true)
  await rename('Packing list', 'Nothing any more')
  await row('Nothing any more').waitFor()
  await expect.poll(waiting).toBe(1)
  await team.as('Ben Okafor').rpc('lock_document', { id: document }).throwOnError()
  await context.setOffline(false)
  await page.getByText('was refused').waitFor()
  await row('Packing list').waitFor()
  await page.goto(url('/settings/device'))
  await page
    .getByText(/Refused: You may not change this page/)
    .first()
    .waitFor()
  await page.getByRole('button', { name: 'Discard' }).click()
  await page.getByText('Nothing waits').waitFor()
})

test('[OFF6] tasks that are made and moved without network are there after the end of the tab, and then for everybody', async () => {
  const context = page.context()
  const ben = team.as('Ben Okafor')
  await ben.rpc('create_task', { id: crypto.randomUUID(), space_id: team.space, title: 'Book the train', fields: {} }).throwOnError()
  const card = (column: string, name: string) =>
    page.getByRole('region', { name: column, exact: true }).locator('.task-card', { hasText: name }).first()
  await page.goto(url(`/s/${team.space}/tasks`))
  await card('To do', 'Book the train').waitFor()
  await kept(['task_boards', 'task_statuses', 'task_labels', 'tasks'])
  await context.setOffline(true)
  await card('To do', 'Book the train').getByRole('link').focus()
  await page.keyboard.press('Alt+ArrowRight')
  await card('In progress', 'Book the train').waitFor()
  await page.getByLabel('New task').fill('Pack the bags')
  await page.getByLabel('New task').press('Enter')
  await card('To do', 'Pack the bags').waitFor()
  await expect.poll(waiting).toBe(2)
  await page.close()
  page = await context.newPage()
  await page.goto(url(`/s/${team.space}/tasks`))
  await card('In progress', 'Book the train').waitFor()
  await card('To do', 'Pack the bags').waitFor()
  await context.setOffline(false)
  const titles = async () => (await ben.from('tasks').select('title').order('number').throwOnError()).data.map((task) => task.title)
  await expect.poll(titles).toEqual(['Book the train', 'Pack the bags'])
  await expect.poll(waiting).toBe(0)
  await page.reload()
  await card('In progress', 'Book the train').waitFor()
  await card('To do', 'Pack the bags').waitFor()
})

test('[OFF8] a page that was opened is read and written without network, and its words are sent though nobody opens it again', async () => {
  const context = page.context()
  const text = page.getByRole('textbox', { name: 'Text of the page' })
  const id = crypto.randomUUID()
  await team.as('Anna Berg').rpc('create_document', { id, space_id: team.space, title: 'Diary' }).throwOnError()
  await page.goto(url(`/d/${id}`))
  await text.click()
  await page.keyboard.type('At home. ')
  const said = async () => {
    const answer = await team.as('Ben Okafor').from('document_contents').select('text').eq('document_id', id).maybeSingle().throwOnError()
    return answer.data?.text
  }
  await expect.poll(said, { timeout: 10_000 }).toContain('At home.')
  await page.goto(url('/docs'))
  await row('Diary').waitFor()
  await kept(LISTS)
  await page.close()
  await context.setOffline(true)
  page = await context.newPage()
  await page.goto(url(`/d/${id}`))
  const here = page.getByRole('textbox', { name: 'Text of the page' })
  await expect.poll(() => here.textContent(), { timeout: 10_000 }).toBe('At home. ')
  await here.click()
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.type('On the train.')
  await page.locator('.saved[data-state=offline]').waitFor()
  await expect.poll(() => here.textContent()).toBe('At home. On the train.')
  await page.goto(url('/inbox'))
  await page.goto(url(`/d/${id}`))
  await expect.poll(() => here.textContent(), { timeout: 10_000 }).toBe('At home. On the train.')
  await page.goto(url('/settings/device'))
  await page.getByText('Text of a page: Diary').waitFor()
  await page.goto(url(`/d/${document}`))
  await page.getByText('This page is not on this device.').waitFor()
  expect.soft(await axe(page)).toEqual([])
  await page.goto(url('/inbox'))
  await context.setOffline(false)
  await expect.poll(said, { timeout: 20_000 }).toContain('On the train.')
  await page.goto(url('/settings/device'))
  await page.getByText('Nothing waits').waitFor()
})

test('[OFF4] signing out leaves nothing of a person on the device', async () => {
  await page.goto(url('/settings'))
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  await expect.poll(() => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))).toEqual([])
  await page.context().setOffline(true)
  await page.goto(url('/docs'))
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
})
