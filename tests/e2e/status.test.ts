import { afterEach, expect, test } from 'vitest'
import { axe, makeTeam, SIZES, signIn, startAtrium, type Visitor, visit } from './people.ts'

const atrium = startAtrium()
const visitors: Visitor[] = []
afterEach(async () => {
  const complaints = visitors.flatMap((visitor) => visitor.complaints)
  await Promise.all(visitors.splice(0).map(({ page }) => page.context().close()))
  expect(complaints).toEqual([])
})
async function open(size: keyof typeof SIZES, email: string) {
  const visitor = await visit(atrium.browser, SIZES[size])
  visitors.push(visitor)
  await signIn(visitor.page, atrium.started, email)
  return visitor.page
}

test('[E2E-STAT1] who is there, and what he says of himself, is seen beside his name and heard in words, until he takes it back or leaves', async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor' })
  const { data: room } = await team
    .as('Ben')
    .rpc('open_direct', { workspace_id: team.workspace, people: [await team.idOf('Anna')] })
    .throwOnError()
  await team.as('Ben').rpc('send_message', { id: crypto.randomUUID(), room_id: room.id, text: 'Hello Anna' }).throwOnError()
  const anna = await open('desktop', team.emailOf('Anna'))
  const directs = anna.getByRole('list', { name: 'Direct messages' })
  await directs.getByRole('link', { name: /^Ben ?, offline/ }).waitFor()

  const ben = await open('phone', team.emailOf('Ben'))
  await directs.getByRole('link', { name: /^Ben ?, online/ }).waitFor()
  await ben.getByRole('button', { name: 'Open navigation' }).click()
  await ben.getByRole('button', { name: /^Account:/ }).click()
  await ben.getByRole('menuitem', { name: 'Set your status' }).click()
  const dialog = ben.getByRole('dialog', { name: 'Your status' })
  await dialog.getByRole('button', { name: 'Set status' }).click()
  await dialog.getByText('Write something, choose an emoji').waitFor()
  await dialog.getByRole('button', { name: 'Concentrating' }).click()
  expect(await axe(ben)).toEqual([])
  await dialog.getByRole('button', { name: 'Set status' }).click()
  await ben.getByText('Your status is set.').waitFor()

  await directs.getByRole('link', { name: /^Ben ?, do not disturb, Concentrating, until / }).waitFor()
  expect(await axe(anna)).toEqual([])
  await anna.goto(`${atrium.started.url}/people`)
  await anna.locator('.main').getByRole('listitem').filter({ hasText: 'do not disturb, Concentrating, until' }).waitFor()
  await anna.goto(`${atrium.started.url}/c/${room.id}`)
  await anna.getByRole('article', { name: /^Ben/ }).getByRole('img', { name: 'Concentrating' }).waitFor()
  // Ended by a script of his: his devices hear of it too.
  await team.as('Ben').rpc('clear_status').throwOnError()
  await directs.getByRole('link', { name: /^Ben ?, online$/ }).waitFor()
  await ben.getByRole('button', { name: /^Account:.*, online/ }).waitFor()
  expect(await ben.getByRole('button', { name: /^Account:.*Concentrating/ }).count()).toBe(0)

  await ben.getByRole('button', { name: /^Account:/ }).click()
  await ben.getByRole('menuitem', { name: 'Sign out' }).click()
  await directs.getByRole('link', { name: /^Ben ?, offline/ }).waitFor()
}, 60_000)

test('[E2E-LIST1] a mention is a badge of its own; a muted room shows nothing else, and a hidden conversation comes back with its next message', async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor' })
  const ben = await team.idOf('Ben')
  const room = crypto.randomUUID()
  await team.as('Anna').rpc('create_room', { id: room, space_id: team.space, name: 'launch' }).throwOnError()
  await team.as('Anna').rpc('add_room_member', { room_id: room, user_id: ben }).throwOnError()
  const say = (to: string, content: object | null = null) =>
    team.as('Anna').rpc('send_message', { id: crypto.randomUUID(), room_id: to, text: 'Hello', content }).throwOnError()
  const mention = {
    type: 'doc',
    content: [{ type: 'paragraph', content: [{ type: 'mention', attrs: { kind: 'person', id: ben, label: 'Ben' } }] }],
  }
  const page = await open('desktop', team.emailOf('Ben'))
  const rooms = page.getByRole('list', { name: 'Rooms in General' })
  await rooms.getByRole('link', { name: /^launch$/ }).waitFor()
  await say(room)
  await rooms.getByRole('link', { name: /^launch ?, 1 unread$/ }).waitFor()
  await say(room, mention)
  await rooms.getByRole('link', { name: /^launch ?, 2 unread ?, mentions of you: 1$/ }).waitFor()
  expect(await axe(page)).toEqual([])
  await rooms.getByRole('link', { name: /^launch/ }).click()
  await rooms.getByRole('link', { name: /^launch$/ }).waitFor()
  await page.getByRole('button', { name: 'Details' }).click()
  await page.getByRole('button', { name: 'Mute', exact: true }).click()
  await page.getByRole('button', { name: 'Unmute', exact: true }).waitFor()
  await rooms.getByRole('link', { name: /^launch ?, muted$/ }).waitFor()
  await page.getByRole('link', { name: 'Home', exact: true }).click()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  await say(room)
  await say(room, mention)
  await rooms.getByRole('link', { name: /^launch ?, 2 unread ?, mentions of you: 1 ?, muted$/ }).waitFor()

  const { data: direct } = await team
    .as('Anna')
    .rpc('open_direct', { workspace_id: team.workspace, people: [ben] })
    .throwOnError()
  await say(direct.id)
  const directs = page.getByRole('list', { name: 'Direct messages' })
  const conversation = directs.getByRole('link', { name: /^Anna/ })
  await conversation.waitFor()
  await conversation.hover()
  await directs.getByRole('button', { name: 'Hide the conversation with Anna' }).click()
  await page.getByText('Hidden until the next message.').waitFor()
  await conversation.waitFor({ state: 'detached' })
  await say(direct.id)
  await conversation.waitFor()
}, 60_000)
