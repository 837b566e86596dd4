import postgres from 'postgres'
import { beforeAll, expect, test } from 'vitest'
import { axe, makeTeam, SIZES, signIn, startAtrium, type Visitor, visit } from './people.ts'

const atrium = startAtrium()
let anna: Visitor
let ben: Visitor
let room: string
let team: Awaited<ReturnType<typeof makeTeam>>
beforeAll(async () => {
  team = await makeTeam(atrium.started, { 'Anna Berg': 'owner', 'Ben Okafor': 'editor' })
  const { data: rooms } = await team.as('Anna Berg').rpc('my_rooms', { workspace_id: team.workspace }).throwOnError()
  room = rooms[0].id
  await team.as('Ben Okafor').rpc('join_room', { room_id: room }).throwOnError()
  ;[anna, ben] = await Promise.all([visit(atrium.browser, SIZES.desktop), visit(atrium.browser, SIZES.desktop)])
  await Promise.all([
    signIn(anna.page, atrium.started, team.emailOf('Anna Berg')),
    signIn(ben.page, atrium.started, team.emailOf('Ben Okafor')),
  ])
  for (const { page } of [anna, ben]) {
    await page.goto(`${atrium.started.url}/c/${room}`)
    await page.getByRole('heading', { name: 'general', exact: true }).waitFor()
  }
}, 90_000)

const field = ({ page }: Visitor, name: string) => page.getByRole('textbox', { name, exact: true })
const say = async (who: Visitor, text: string, name = 'Message general') => {
  await field(who, name).click()
  await who.page.keyboard.type(text)
  await who.page.keyboard.press('Enter')
}
/** The message that says it itself, not one that quotes it. */
const message = ({ page }: Visitor, text: string) =>
  page
    .getByRole('log', { name: 'Messages in general' })
    .getByRole('article')
    .filter({ has: page.locator('.message-text', { hasText: text }) })

test('[E2E80] a thread beside the room: replied, counted, followed, and also sent to the room', async () => {
  await say(anna, 'When do we launch?')
  await message(ben, 'When do we launch?').hover()
  await message(ben, 'When do we launch?').getByRole('button', { name: 'Reply in thread' }).click()
  await say(ben, 'On Friday', 'Reply in the thread')
  await message(anna, 'When do we launch?')
    .getByRole('button', { name: /Open the thread: 1 reply/ })
    .click()
  const thread = anna.page.getByRole('log', { name: 'Replies in the thread' })
  await thread.getByText('On Friday').waitFor()
  await anna.page.getByLabel('Also send to general').check()
  await say(anna, 'Friday it is', 'Reply in the thread')
  await message(ben, 'Friday it is').getByText('In reply to Anna Berg').waitFor()
  await ben.page.getByRole('log', { name: 'Replies in the thread' }).getByText('Friday it is').waitFor()
  expect.soft([await axe(anna.page), await axe(ben.page)]).toEqual([[], []])
})

test('[E2E81] reactions, quotes and pins reach the other at once', async () => {
  await message(ben, 'When do we launch?').hover()
  await message(ben, 'When do we launch?').getByRole('button', { name: 'React', exact: true }).first().click()
  await ben.page.getByRole('button', { name: 'React with 🎉' }).click()
  await message(anna, 'When do we launch?').getByRole('button', { name: 'Ben Okafor reacted with 🎉' }).click()
  await message(ben, 'When do we launch?')
    .getByRole('button', { name: /and you reacted|you and/ })
    .waitFor()
  await message(anna, 'Friday it is').hover()
  await message(anna, 'Friday it is').getByRole('button', { name: 'Reply with quote' }).click()
  await say(anna, 'Bring cake')
  await message(ben, 'Bring cake').getByText('In reply to Anna Berg').waitFor()
  await message(ben, 'Bring cake').focus()
  await ben.page.keyboard.press('p')
  await anna.page.getByRole('button', { name: 'Pinned messages' }).click()
  await anna.page.getByRole('complementary', { name: 'Pinned messages' }).getByText('Bring cake').waitFor()
  expect.soft(await axe(anna.page)).toEqual([])
})

test('[E2E82] what is said offline survives a reload and arrives once', async () => {
  const { page } = anna
  await page.route('**/rest/v1/rpc/send_message', (route) => route.abort())
  await say(anna, 'Said in a tunnel')
  await message(anna, 'Said in a tunnel').waitFor()
  await page.reload()
  await message(anna, 'Said in a tunnel').waitFor()
  expect(await message(ben, 'Said in a tunnel').count()).toBe(0)
  await page.unroute('**/rest/v1/rpc/send_message')
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await message(ben, 'Said in a tunnel').waitFor()
  await expect.poll(() => message(anna, 'Said in a tunnel').count()).toBe(1)
  anna.complaints.length = 0
})

test('[E2E83] catching up, threads, saved messages and search lead back to the message', async () => {
  const { page } = ben
  await message(ben, 'When do we launch?').focus()
  await page.keyboard.press('s')
  await page.getByText('Saved. You find it under “Saved messages”.').waitFor()
  await page.goto(`${atrium.started.url}/catch-up`)
  await say(anna, 'One more thing')
  await expect
    .poll(async () => {
      await page.reload()
      await page.getByRole('heading', { name: 'Catch up' }).waitFor()
      return page.getByText('One more thing').count()
    })
    .toBe(1)
  expect.soft(await axe(page)).toEqual([])
  await page.getByRole('listitem', { name: 'general' }).focus()
  await page.keyboard.press('e')
  await page.getByText('You are up to date.').waitFor()
  await page.getByRole('link', { name: 'Threads' }).click()
  await page.getByText('Thread in general').waitFor()
  expect.soft(await axe(page)).toEqual([])
  await page.getByRole('link', { name: 'Saved messages' }).click()
  await page.getByText('When do we launch?').waitFor()
  expect.soft(await axe(page)).toEqual([])
  await page.goto(`${atrium.started.url}/search`)
  await page.getByRole('combobox', { name: 'Search messages' }).fill('launch from:anna')
  await page.getByRole('list', { name: 'Messages found' }).getByText('launch', { exact: true }).waitFor()
  expect.soft(await axe(page)).toEqual([])
  await page.keyboard.press('Enter')
  await page.locator('.message.marked').getByText('When do we launch?').waitFor()
})

test('[E2E84] earlier versions are offered to the author and to admins, not to moderators of the room', async () => {
  const talk = crypto.randomUUID()
  await team.as('Ben Okafor').rpc('create_room', { id: talk, space_id: team.space, name: 'talk' }).throwOnError()
  for (const [name, text] of [
    ['Anna Berg', 'Said by the admin'],
    ['Ben Okafor', 'Said by the moderator'],
  ] as const) {
    const { data } = await team.as(name).rpc('send_message', { id: crypto.randomUUID(), room_id: talk, text }).throwOnError()
    await team
      .as(name)
      .rpc('edit_message', { id: data.id, text: `${text} again` })
      .throwOnError()
  }
  const offered = async ({ page }: Visitor, text: string) => {
    const said = page.getByRole('log', { name: 'Messages in talk' }).getByRole('article').filter({ hasText: text })
    await said.hover()
    await said.getByRole('toolbar').getByRole('button').last().click()
    await page.getByRole('menuitem', { name: 'Copy text' }).waitFor()
    const count = await page.getByRole('menuitem', { name: 'Earlier versions' }).count()
    await page.keyboard.press('Escape')
    return count
  }
  for (const { page } of [anna, ben]) await page.goto(`${atrium.started.url}/c/${talk}`)
  expect(await offered(anna, 'Said by the moderator again')).toBe(1)
  expect(await offered(ben, 'Said by the moderator again')).toBe(1)
  expect(await offered(ben, 'Said by the admin again')).toBe(0)
})

test('[E2E85] an open thread lets go of the replies that the room keeps no longer', async () => {
  const owner = team.as('Anna Berg')
  const send = async (text: string, more: object = {}) =>
    (await owner.rpc('send_message', { id: crypto.randomUUID(), room_id: room, text, ...more }).throwOnError()).data.id as string
  const first = await send('Where shall we eat?')
  const old = await send('At the harbour', { thread_id: first })
  const fresher = await send('At home', { thread_id: first })
  await send('At the office', { thread_id: first })
  const { page } = ben
  await page.goto(`${atrium.started.url}/c/${room}?thread=${first}`)
  const thread = page.getByRole('log', { name: 'Replies in the thread' })
  await thread.getByText('At the harbour').waitFor()
  const sql = postgres(atrium.started.databaseUrl, { max: 1 })
  const forget = (id: string) => sql`select atrium_private.forget_messages(${room}, ${[id]}, now())`
  const replies = (count: string) => message(ben, 'Where shall we eat?').getByRole('button', { name: count }).waitFor()
  await replies('3 replies')
  await forget(old)
  await thread.getByText('At the harbour').waitFor({ state: 'detached' })
  await thread.getByText('At home').waitFor()
  await replies('2 replies')
  // Elsewhere he hears nothing of this room.
  await page.getByRole('link', { name: 'Inbox' }).first().click()
  await page.getByRole('heading', { name: 'Inbox', exact: true }).waitFor()
  await forget(fresher)
  await page.goBack()
  await thread.getByText('At the office').waitFor()
  await thread.getByText('At home').waitFor({ state: 'detached' })
  await replies('1 reply')
  await sql.end()
})

test('[E2E80] nobody saw an error in the console', () => {
  expect([anna.complaints, ben.complaints]).toEqual([[], []])
})
