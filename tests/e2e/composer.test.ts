import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { axe, makeTeam, SIZES, signIn, startAtrium, type Visitor, visit } from './people.ts'

const atrium = startAtrium()
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

/** Two people and a room; the first one has it open. */
async function inRoom(before: (visitor: Visitor) => Promise<unknown> = async () => {}) {
  const { started, browser } = atrium
  const team = await makeTeam(started, { Ann: 'owner', Bob: 'editor' })
  const room = randomUUID()
  await team.as('Ann').rpc('create_room', { id: room, space_id: team.space, name: 'launch' }).throwOnError()
  const open = async (name: string) => {
    const visitor = await visit(browser, SIZES.desktop)
    await signIn(visitor.page, started, team.emailOf(name))
    await before(visitor)
    await visitor.page.goto(`${started.url}/c/${room}`)
    return { ...visitor, field: visitor.page.getByRole('textbox', { name: 'Message launch' }) }
  }
  return { team, room, open, ann: await open('Ann') }
}
type Field = Awaited<ReturnType<typeof inRoom>>['ann']['field']
const isRich = (field: Field) => expect.poll(() => field.evaluate((element) => element.tagName), { timeout: 8000 }).toBe('DIV')

test('[COMP1] what is typed before the editor is there stays, with its caret', async () => {
  let goOn = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const { ann } = await inRoom(({ page }) =>
    page.route(/richField/, async (route) => {
      await held
      await route.continue()
    }),
  )
  await ann.field.click()
  await ann.page.keyboard.type('one two\nthree'.replace('\n', ' '))
  await ann.page.keyboard.press('Home')
  expect(await ann.field.evaluate((element) => element.tagName)).toBe('TEXTAREA')
  goOn()
  await isRich(ann.field)
  await ann.page.keyboard.type('zero ')
  await expect.poll(() => ann.field.textContent()).toBe('zero one two three')
  expect(ann.complaints).toEqual([])
}, 60_000)

test('[COMP2] Markdown, lists and mentions are written by keys, and drawn as they were written', async () => {
  const { ann } = await inRoom()
  const { page, field } = ann
  await field.click()
  await isRich(field)
  await page.keyboard.type('- **one**')
  await page.keyboard.press('Enter')
  await page.keyboard.type('two')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.keyboard.type('see @Bo')
  await page.getByRole('option', { name: 'Bob' }).waitFor()
  await page.keyboard.press('Tab')
  expect(await axe(page)).toEqual([])
  await page.keyboard.press('Enter')
  const said = page.getByRole('article').last()
  await expect.poll(() => said.locator('li').allTextContents()).toEqual(['one', 'two'])
  expect(await said.locator('strong', { hasText: 'one' }).count()).toBe(1)
  expect(await said.locator('.mention').textContent()).toBe('@Bob')
  await expect.poll(() => field.textContent()).toMatch(/^\s*$/)
  expect(ann.complaints).toEqual([])
}, 60_000)

test('[COMP3] files go with a message: pictures are seen, everything else can only be saved, where it is forwarded too', async () => {
  const { team, room, ann, open } = await inRoom()
  const { page, field } = ann
  await isRich(field)
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Attach files' }).click()
  await (await choosing).setFiles([
    { name: 'pixel.png', mimeType: 'image/png', buffer: PIXEL },
    { name: 'page.png', mimeType: 'image/png', buffer: Buffer.from('<script>document.title = "run"</script>') },
    {
      name: 'drawing.svg',
      mimeType: 'image/svg+xml',
      buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
    },
  ])
  await page.getByRole('button', { name: 'Take out drawing.svg' }).waitFor()
  await page.getByRole('textbox', { name: 'Describe pixel.png' }).fill('A single point')
  await field.click()
  await page.keyboard.type('look')
  await page.keyboard.press('Enter')
  const bob = await open('Bob')
  for (const visitor of [ann, bob]) {
    const said = visitor.page.getByRole('article').last()
    await expect.poll(() => said.locator('.message-picture img').count(), { timeout: 8000 }).toBe(1)
    expect(await said.locator('.file-card').allTextContents()).toEqual([
      expect.stringContaining('page.png'),
      expect.stringContaining('drawing.svg'),
    ])
  }
  await bob.page.getByRole('img', { name: 'A single point' }).waitFor()
  await bob.page.getByRole('button', { name: 'Open A single point' }).click()
  await bob.page.getByRole('dialog', { name: 'Pictures of this message' }).getByRole('img').waitFor()
  await bob.page.keyboard.press('Escape')
  await expect.poll(() => bob.page.getByRole('dialog').count()).toBe(0)
  const { data: all } = await team.as('Bob').from('messages').select('id').eq('room_id', room).throwOnError()
  const direct = (await team.as('Bob').rpc('open_direct', { workspace_id: team.workspace, people: [await team.idOf('Ann')] })).data.id
  await team.as('Bob').rpc('send_message', { id: randomUUID(), room_id: direct, text: '', forwarded_id: all?.[0]?.id }).throwOnError()
  await ann.page.goto(`${atrium.started.url}/c/${direct}`)
  const passed = ann.page.getByRole('article').last()
  await passed.getByRole('button', { name: /Forwarded from Ann/ }).waitFor()
  await expect.poll(() => passed.locator('.message-picture img').count(), { timeout: 8000 }).toBe(1)
  expect(await passed.locator('.file-card').count()).toBe(2)
  expect([...ann.complaints, ...bob.complaints]).toEqual([])
}, 60_000)

test('[COMP9] what a picture shows goes with it, also when the message was sent before the picture was there', async () => {
  const { ann, open } = await inRoom()
  const { page, field } = ann
  await isRich(field)
  let goOn = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  await page.route('**/storage/v1/upload/resumable**', async (route) => {
    await held
    await route.continue()
  })
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Attach files' }).click()
  await (await choosing).setFiles([{ name: 'pixel.png', mimeType: 'image/png', buffer: PIXEL }])
  await page.getByRole('progressbar', { name: /pixel\.png/ }).waitFor()
  await page.getByRole('textbox', { name: 'Describe pixel.png' }).fill('A single point')
  await field.click()
  await page.keyboard.type('look')
  await page.keyboard.press('Enter')
  goOn()
  await page.getByRole('article').getByRole('img', { name: 'A single point' }).waitFor()
  const bob = await open('Bob')
  await bob.page.getByRole('img', { name: 'A single point' }).waitFor()
  expect([...ann.complaints, ...bob.complaints]).toEqual([])
}, 60_000)

test('[COMP4] a draft is on the other device of its writer, and gone there when it was sent', async () => {
  const { ann, open } = await inRoom()
  await isRich(ann.field)
  await ann.field.click()
  await ann.page.keyboard.type('begun **here**')
  const other = await open('Ann')
  await isRich(other.field)
  await expect.poll(() => other.field.textContent(), { timeout: 10_000 }).toBe('begun here')
  expect(await other.field.locator('strong').textContent()).toBe('here')
  await ann.page.keyboard.press('Enter')
  await expect.poll(() => other.field.textContent(), { timeout: 10_000 }).toMatch(/^\s*$/)
  expect([...ann.complaints, ...other.complaints]).toEqual([])
}, 60_000)

test('[COMP5] a message that is sent later waits among the drafts, and can be sent at once', async () => {
  const { ann } = await inRoom()
  const { page, field } = ann
  await isRich(field)
  await field.click()
  await page.keyboard.type('good morning')
  await page.getByRole('button', { name: 'Send later' }).click()
  await page.getByRole('button', { name: /Tomorrow morning/ }).click()
  await page.getByText(/It is sent/).waitFor()
  await expect.poll(() => field.textContent()).toMatch(/^\s*$/)
  await page.goto(`${atrium.started.url}/drafts`)
  await page.getByText('good morning').waitFor()
  expect(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Send now' }).click()
  await page.getByText('Nothing is waiting to be sent.').waitFor()
  await page.goBack()
  await page.getByRole('article').getByText('good morning').waitFor()
  expect(ann.complaints).toEqual([])
}, 60_000)

test('[COMP6] hostile content is drawn as text: no address runs, no label claims to be somebody', async () => {
  const { team, room, ann } = await inRoom()
  const { data } = await team.as('Bob').rpc('send_message', { id: randomUUID(), room_id: room, text: 'harmless' }).throwOnError()
  const link = (href: string) => ({ type: 'text', text: href, marks: [{ type: 'link', attrs: { href } }, { type: 'blink' }] })
  let deep: object = { type: 'paragraph', content: [{ type: 'text', text: 'deep' }] }
  for (let level = 0; level < 200; level++) deep = { type: 'blockquote', content: [deep] }
  const content = {
    type: 'doc',
    content: [
      { type: 'paragraph', content: [link('javascript:alert(1)'), link('data:text/html,x'), { type: 'mention', attrs: { kind: 'person', id: randomUUID(), label: 'The boss' } }] },
      { type: 'video', attrs: { src: 'x' }, content: [{ type: 'text', text: '<img src=x onerror=alert(1)>' }] },
      { type: 'codeBlock', attrs: { language: '__proto__' }, content: [{ type: 'text', text: 'code' }] },
      deep, null, 'words', { type: 'paragraph', content: 'none' },
    ], // biome-ignore format: a list
  }
  const sql = postgres(atrium.started.databaseUrl, { max: 1 })
  await sql`update atrium.messages set content = ${sql.json(content as never)} where id = ${data.id}`
  await sql.end()
  await ann.page.reload()
  const said = ann.page.getByRole('article').last()
  await said.getByText('<img src=x onerror=alert(1)>').waitFor()
  expect(await said.locator('a, img, .mention').count()).toBe(0)
  expect(await said.textContent()).toContain('@The boss')
  expect(ann.complaints).toEqual([])
}, 60_000)

test('[COMP7] ↑ opens the message that was written last, also one of files; words are added to it and taken away again', async () => {
  const { ann } = await inRoom()
  const { page, field } = ann
  await isRich(field)
  const change = page.getByRole('textbox', { name: 'Change your message' })
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Attach files' }).click()
  await (await choosing).setFiles([{ name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('plan') }])
  await page.getByRole('button', { name: 'Take out plan.txt' }).waitFor()
  await field.click()
  await page.keyboard.press('Enter')
  const files = page.locator('.message:not(.pending)').filter({ hasText: 'plan.txt' })
  await files.waitFor()
  await field.press('ArrowUp')
  await isRich(change)
  await page.keyboard.type('what we do')
  await page.keyboard.press('Enter')
  await files.locator('.message-text', { hasText: 'what we do' }).waitFor()
  await files.getByText('(edited)').waitFor()
  await field.press('ArrowUp')
  await isRich(change)
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.press('Delete')
  await expect.poll(() => change.textContent()).toBe('')
  await page.keyboard.press('Enter')
  await change.waitFor({ state: 'detached' })
  await expect.poll(() => files.locator('.message-text').count()).toBe(0)
  expect(ann.complaints).toEqual([])
}, 60_000)

test('[COMP8] a message that grows while it is changed, as the only one of its room, keeps what is typed there', async () => {
  const { ann } = await inRoom()
  const { page, field } = ann
  await field.click()
  await isRich(field)
  await page.keyboard.type('- one')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.keyboard.type('see @Bo')
  await page.getByRole('option', { name: 'Bob' }).waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.locator('.message .mention').waitFor()
  await page.keyboard.press('ArrowUp')
  const change = page.getByRole('textbox', { name: 'Change your message' })
  await isRich(change)
  await page.keyboard.type('and more')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.locator('.message-text', { hasText: 'and more' }).waitFor()
  expect(await page.getByRole('button', { name: 'Jump to newest' }).count()).toBe(0)
  expect(ann.complaints).toEqual([])
}, 60_000)
