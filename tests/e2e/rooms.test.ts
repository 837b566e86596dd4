import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { axe, makeTeam, SIZES, sidewaysScroll, signIn, startAtrium, visit } from './people.ts'

const atrium = startAtrium()
const LONG = 'Maximiliana Theodora von Hohenstaufen-Wittelsbach'

test('[E2E140] two people talk to each other: begun from the list, counted at the other one, read by nobody else', {
  timeout: 90_000,
}, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'viewer', Carla: 'admin' })
  const [anna, ben, carla] = await Promise.all([
    visit(atrium.browser, SIZES.desktop),
    visit(atrium.browser, SIZES.desktop),
    visit(atrium.browser, SIZES.phone),
  ])
  await signIn(anna.page, atrium.started, team.emailOf('Anna'))
  await signIn(ben.page, atrium.started, team.emailOf('Ben'))
  await signIn(carla.page, atrium.started, team.emailOf('Carla'))
  await anna.page.getByRole('complementary').getByRole('button', { name: 'New message' }).click()
  const dialog = anna.page.getByRole('dialog', { name: 'New message' })
  await dialog.getByRole('textbox', { name: 'To' }).fill('be')
  await anna.page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Remove Ben' }).waitFor()
  expect.soft(await axe(anna.page)).toEqual([])
  await dialog.getByRole('button', { name: 'Start' }).click()
  await anna.page.getByRole('heading', { name: 'Ben', level: 1 }).waitFor()
  await anna.page.getByText('What is said here is read by nobody else.').waitFor()
  // Nothing was said yet, so nothing is there for the other one.
  expect(await ben.page.getByRole('link', { name: 'Anna' }).count()).toBe(0)
  await anna.page.getByRole('textbox', { name: 'Message Ben' }).fill('Do you have a minute?')
  await anna.page.keyboard.press('Enter')
  const unread = ben.page.getByRole('list', { name: 'Direct messages' }).getByRole('link', { name: /^Anna ?, (\w+ ?, )?1 unread$/ })
  await unread.waitFor()
  expect.soft(await axe(ben.page)).toEqual([])
  await unread.click()
  await ben.page.getByText('Do you have a minute?').waitFor()
  await ben.page.getByRole('textbox', { name: 'Message Anna' }).fill('Two.')
  await ben.page.keyboard.press('Enter')
  await anna.page.getByText('Two.').waitFor()
  await ben.page
    .getByRole('list', { name: 'Direct messages' })
    .getByRole('link', { name: /^Anna( ?, \w+)?$/ })
    .waitFor()

  // An admin neither finds it nor opens it by its address.
  await carla.page.goto(anna.page.url())
  await carla.page.getByRole('heading', { name: 'You don’t have access.', level: 1 }).waitFor()
  expect([anna.complaints, ben.complaints]).toEqual([[], []])
})

test('[E2E141] a moderator describes a room, adds people, makes a moderator, lets moderators alone post, and closes it', {
  timeout: 90_000,
}, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'commenter', [LONG]: 'viewer' })
  const room = crypto.randomUUID()
  await team.as('Anna').rpc('create_room', { id: room, space_id: team.space, name: 'launch' }).throwOnError()
  const [anna, ben] = await Promise.all([visit(atrium.browser, SIZES.desktop), visit(atrium.browser, SIZES.phone)])
  await signIn(anna.page, atrium.started, team.emailOf('Anna'))
  await signIn(ben.page, atrium.started, team.emailOf('Ben'))
  await anna.page.goto(`${atrium.started.url}/c/${room}?details=1`)
  await anna.page.getByLabel('Description').fill('Ships on Friday.\nAsk before.')
  await anna.page.getByRole('button', { name: 'Save' }).click()
  await anna.page.getByText('Saved.').waitFor()
  await anna.page.getByLabel('Who may post').selectOption('moderators')
  await ben.page.goto(`${atrium.started.url}/c/${room}?details=1`)
  await ben.page.getByText('Ask before.').waitFor()
  await ben.page.getByText('Moderators; the others reply in threads').waitFor()

  await anna.page.getByRole('tab', { name: 'People' }).click()
  await anna.page.getByRole('button', { name: 'Add people' }).click()
  const dialog = anna.page.getByRole('dialog', { name: 'Add people' })
  await dialog.getByRole('checkbox', { name: 'Ben' }).check()
  await dialog.getByRole('checkbox', { name: LONG }).check()
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  const people = anna.page.getByRole('tabpanel').getByRole('list', { name: 'People' }).getByRole('listitem')
  await expect.poll(() => people.count()).toBe(3)
  expect(await sidewaysScroll(anna.page)).toBe(0)
  expect.soft(await axe(anna.page)).toEqual([])
  await ben.page.getByRole('button', { name: 'Close' }).first().click()
  await ben.page.getByText('Moderators write here. Everybody may reply in a thread.').waitFor()
  await anna.page.getByRole('button', { name: 'Actions for Ben' }).click()
  await anna.page.getByRole('menuitem', { name: 'Make moderator' }).click()
  await people.filter({ hasText: 'Ben' }).getByText('Moderator').waitFor()
  await ben.page.getByRole('textbox', { name: 'Message launch' }).waitFor()

  await anna.page.getByRole('tab', { name: 'About' }).click()
  await anna.page.getByRole('button', { name: 'Make private' }).click()
  await anna.page.getByRole('dialog').getByRole('button', { name: 'Make private' }).click()
  await anna.page.getByText('Its members alone').waitFor()
  expect.soft(await axe(anna.page)).toEqual([])
  expect.soft(await axe(ben.page)).toEqual([])
})

test('[E2E142] the page of rooms finds, joins and brings back', { timeout: 60_000 }, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor' })
  const anna = team.as('Anna')
  const make = async (name: string, topic = '') => {
    const id = crypto.randomUUID()
    await anna.rpc('create_room', { id, space_id: team.space, name, topic }).throwOnError()
    return id
  }
  await make('launch', 'Ships on Friday')
  await anna.rpc('archive_room', { room_id: await make('summer party') }).throwOnError()
  const { page, complaints } = await visit(atrium.browser, SIZES.phone)
  await signIn(page, atrium.started, team.emailOf('Ben'))
  await page.goto(`${atrium.started.url}/chat`)
  await page.getByLabel('Find a room').fill('friday')
  await expect.poll(() => page.getByRole('main').getByRole('link').allTextContents()).toEqual(['launch'])
  await page.getByRole('button', { name: 'Join launch' }).click()
  await page.getByText('2 members').waitFor()
  await page.getByLabel('Find a room').fill('')
  await page.getByRole('button', { name: 'Archived rooms' }).click()
  await page.getByRole('button', { name: 'Bring it back: summer party' }).click()
  await page.getByText('Nothing is archived.').waitFor()
  await page.getByRole('button', { name: 'Join summer party' }).waitFor()
  expect.soft(await axe(page)).toEqual([])
  expect(await sidewaysScroll(page)).toBe(0)
  expect(complaints).toEqual([])
})

test('[E2E143] Alt with an arrow leads to what is unread, direct conversations too; /mute mutes the room', {
  timeout: 60_000,
}, async () => {
  const { started, browser } = atrium
  const team = await makeTeam(started, { Anna: 'owner', Ben: 'editor' })
  const anna = team.as('Anna')
  const { data: rooms } = await anna.rpc('my_rooms', { workspace_id: team.workspace }).throwOnError()
  const { data: direct } = await anna.rpc('open_direct', { workspace_id: team.workspace, people: [await team.idOf('Ben')] }).throwOnError()
  await team.as('Ben').rpc('join_room', { room_id: rooms[0].id }).throwOnError()
  const say = (room_id: string, text: string) => anna.rpc('send_message', { id: randomUUID(), room_id, text }).throwOnError()
  await say(direct.id, 'Psst')
  const { page, complaints } = await visit(browser, SIZES.desktop)
  await signIn(page, started, team.emailOf('Ben'))
  await page.goto(`${started.url}/c/${rooms[0].id}`)
  const field = page.getByRole('textbox', { name: 'Message general' })
  await field.click()
  await page.keyboard.type('/mute')
  await page.keyboard.press('Enter')
  await expect
    .poll(async () =>
      (await team.as('Ben').rpc('my_rooms', { workspace_id: team.workspace })).data.find(({ id }: { id: string }) => id === rooms[0].id),
    )
    .toMatchObject({ muted: true })
  await page.keyboard.press('Alt+ArrowDown')
  await page
    .getByRole('log', { name: /Messages/ })
    .getByText('Psst')
    .waitFor()
  expect(new URL(page.url()).pathname).toBe(`/c/${direct.id}`)
  expect(complaints).toEqual([])
})

test('[E2E144] /remind asks when, waits among what is saved, and comes into the inbox in the own words', { timeout: 60_000 }, async () => {
  const { started, browser } = atrium
  const team = await makeTeam(started, { Anna: 'owner' })
  const { data: rooms } = await team.as('Anna').rpc('my_rooms', { workspace_id: team.workspace }).throwOnError()
  const { page, complaints } = await visit(browser, SIZES.phone)
  await signIn(page, started, team.emailOf('Anna'))
  await page.goto(`${started.url}/c/${rooms[0].id}`)
  await page.getByRole('textbox', { name: 'Message general' }).click()
  await page.keyboard.type('/remind call the printer')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('call the printer').waitFor()
  expect.soft(await axe(page)).toEqual([])
  await dialog.getByRole('button', { name: /20 minutes/ }).click()
  await page.getByRole('button', { name: 'See all reminders' }).click()
  const reminders = page.getByRole('region', { name: 'Reminders' })
  await reminders.getByText('call the printer').waitFor()
  expect.soft(await axe(page)).toEqual([])
  const sql = postgres(started.databaseUrl, { max: 1 })
  await sql`select atrium_private.fire_reminders(now() + interval '1 hour')`
  await sql.end()
  await reminders.waitFor({ state: 'detached' })
  await page.goto(`${started.url}/inbox`)
  await page.getByText('call the printer').first().waitFor()
  expect(complaints).toEqual([])
})

test('[E2E158] what changes before the live connection is there is seen when it comes', { timeout: 60_000 }, async () => {
  const { started, browser } = atrium
  const team = await makeTeam(started, { Anna: 'owner', Ben: 'editor' })
  const room = crypto.randomUUID()
  await team.as('Anna').rpc('create_room', { id: room, space_id: team.space, name: 'launch' }).throwOnError()
  const { page, complaints } = await visit(browser, SIZES.desktop)
  let connect = () => {}
  const held = new Promise<void>((resolve) => {
    connect = resolve
  })
  await page.routeWebSocket(/\/realtime\//, async (socket) => {
    await held
    socket.connectToServer()
  })
  await signIn(page, started, team.emailOf('Ben'))
  await page.goto(`${started.url}/c/${room}?details=1`)
  await page.getByRole('textbox', { name: 'Message launch' }).waitFor()
  await page.getByText('Everybody', { exact: true }).first().waitFor()
  await team.as('Anna').rpc('update_room', { room_id: room, posting: 'moderators' }).throwOnError()
  connect()
  await page.getByText('Moderators; the others reply in threads').waitFor()
  expect(complaints).toEqual([])
})
