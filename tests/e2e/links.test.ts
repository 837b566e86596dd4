import { expect, test } from 'vitest'
import { axe, makeTeam, PASSWORD, SIZES, signIn, startAtrium, visit } from './people.ts'

const atrium = startAtrium()

async function teamWithPage() {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor' })
  const id = crypto.randomUUID()
  await team.as('Anna').rpc('create_document', { id, space_id: team.space, title: 'Launch plan' }).throwOnError()
  const makeLink = async (options: Record<string, unknown> = {}): Promise<string> => {
    const { data } = await team
      .as('Anna')
      .rpc('create_link', { object_type: 'document', object_id: id, ...options })
      .throwOnError()
    return `${atrium.started.url}/l/${data[0].token}`
  }
  return { team, id, makeLink }
}

test('[E2E27] an editor makes a link with a password; who is in no workspace signs in, comes back, knows it and reads', {
  timeout: 180_000,
}, async () => {
  const { team, id } = await teamWithPage()
  const strangers = await makeTeam(atrium.started, { Stella: 'owner' })
  await strangers.as('Stella').rpc('remove_member', { workspace_id: strangers.workspace, user_id: await strangers.idOf('Stella') })
  const [anna, stella] = await Promise.all([visit(atrium.browser, SIZES.desktop), visit(atrium.browser, SIZES.phone)])
  await signIn(anna.page, atrium.started, team.emailOf('Anna'))
  await anna.page.goto(`${atrium.started.url}/d/${id}`)
  await anna.page.getByRole('button', { name: 'Share', exact: true }).click()
  const share = anna.page.getByRole('dialog', { name: 'Who has access to Launch plan' })
  await share.getByText('Nobody gets in by a link.').waitFor()
  await share.getByRole('button', { name: 'New link' }).click()
  const making = anna.page.getByRole('dialog', { name: 'New link to Launch plan' })
  await making.getByLabel('Who has the link may').selectOption('editor')
  await making.getByLabel('Until').fill('2099-01-31')
  await making.getByLabel('Password (optional)').fill('short')
  await making.getByRole('button', { name: 'Make link' }).click()
  await making.getByText('A password has 8 to 72 characters.').waitFor()
  expect.soft(await axe(anna.page)).toEqual([])
  await making.getByLabel('Password (optional)').fill('open sesame')
  await making.getByRole('button', { name: 'Make link' }).click()
  await making.getByRole('button', { name: 'Copy', exact: true }).click()
  const link = await anna.page.evaluate(() => navigator.clipboard.readText())
  await making.getByRole('button', { name: 'Done' }).click()
  await share.getByText(/with password · until .*2099 · made by Anna now/).waitFor()
  expect.soft(await axe(anna.page)).toEqual([])

  await stella.page.goto(link)
  await stella.page.getByText('Who has this link may read and write in it.').waitFor()
  expect.soft(await axe(stella.page)).toEqual([])
  await stella.page.getByRole('link', { name: 'Sign in to open it' }).click()
  await stella.page.getByLabel('E-mail address').fill(strangers.emailOf('Stella'))
  await stella.page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await stella.page.getByRole('button', { name: 'Sign in' }).click()
  await stella.page.getByLabel('Password of the link').fill('not this one')
  await stella.page.getByRole('button', { name: 'Open the page' }).click()
  await stella.page.getByText('This password is wrong.').waitFor()
  expect.soft(await axe(stella.page)).toEqual([])
  await stella.page.getByLabel('Password of the link').fill('open sesame')
  await stella.page.getByRole('button', { name: 'Open the page' }).click()
  await stella.page.getByRole('heading', { name: 'Launch plan' }).waitFor()
  const text = stella.page.getByRole('textbox', { name: 'Text of the page' })
  await text.click()
  await stella.page.keyboard.type('Greetings from outside')
  await anna.page.keyboard.press('Escape')
  await anna.page.getByText('Greetings from outside').waitFor()

  // The frame works without a workspace: the page is in the sidebar and on the home page, and comes back after a reload.
  await stella.page.reload()
  await stella.page.getByRole('button', { name: 'Open navigation' }).click()
  await stella.page.getByRole('list', { name: 'Shared with you' }).getByRole('link', { name: 'Launch plan' }).waitFor()
  expect.soft(await axe(stella.page)).toEqual([])
  await stella.page.keyboard.press('Escape')

  await anna.page.getByRole('button', { name: 'Share', exact: true }).click()
  await share.getByRole('button', { name: /Delete the link made by Anna/ }).click()
  await anna.page.getByText('One person loses access to one shared page.').waitFor()
  expect(await share.evaluate((element) => element.matches(':modal'))).toBe(true)
  await anna.page.getByRole('button', { name: 'Delete link' }).click()
  await share.getByText('Nobody gets in by a link.').waitFor()
  await stella.page.getByText('You no longer have access to Shared by link.').waitFor()
  expect(await stella.page.getByText('Greetings from outside').count()).toBe(0)
  await stella.page.goto(link)
  await stella.page.getByText('It has expired or was deleted, or it was not copied whole.').waitFor()
  expect.soft(await axe(stella.page)).toEqual([])
})

test('[E2E27] a member of another workspace opens a link, and finds his own workspace beside it', { timeout: 120_000 }, async () => {
  const { team, makeLink } = await teamWithPage()
  const others = await makeTeam(atrium.started, { Olaf: 'owner' })
  const { page } = await visit(atrium.browser, SIZES.desktop)
  await signIn(page, atrium.started, others.emailOf('Olaf'))
  await page.goto(await makeLink())
  await page.getByRole('heading', { name: 'Launch plan' }).waitFor()
  await page.getByText('Read only').first().waitFor()
  await page.getByRole('button', { name: /Workspace:/ }).click()
  await page.getByRole('menuitemradio', { name: 'Northlight Studio' }).click()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  expect(await page.getByRole('link', { name: 'Launch plan' }).count()).toBe(0)
  await page.getByRole('button', { name: /Workspace:/ }).click()
  await page.getByRole('menuitemradio', { name: 'Shared by link' }).click()
  await page.getByRole('main').getByRole('link', { name: 'Launch plan' }).click()
  await page.getByRole('heading', { name: 'Launch plan' }).waitFor()

  // A member of the workspace goes to the page as it is in his workspace.
  const ben = await visit(atrium.browser, SIZES.desktop)
  await signIn(ben.page, atrium.started, team.emailOf('Ben'))
  await ben.page.goto(await makeLink())
  await ben.page.getByRole('navigation', { name: 'Where this page is' }).getByRole('link', { name: 'General' }).waitFor()
  expect(ben.complaints).toEqual([])
})

test('[E2E27] a link that has expired, and too many wrong passwords, say so', { timeout: 120_000 }, async () => {
  const { team, makeLink } = await teamWithPage()
  const { page } = await visit(atrium.browser, SIZES.desktop)
  await signIn(page, atrium.started, team.emailOf('Ben'))
  const brief = await makeLink({ expires_at: new Date(Date.now() + 1500).toISOString() })
  await expect
    .poll(async () => {
      await page.goto(brief)
      return page
        .getByText(/It has expired/)
        .waitFor({ timeout: 1000 })
        .then(
          () => true,
          () => false,
        )
    })
    .toBe(true)
  const guarded = await makeLink({ password: 'open sesame' })
  for (let i = 0; i < 10; i++) {
    await team
      .as('Ben')
      .rpc('open_link', { token: guarded.split('/l/')[1], password: `guess ${i}` })
      .throwOnError()
  }
  await page.goto(guarded)
  await page.getByLabel('Password of the link').fill('open sesame')
  await page.getByRole('button', { name: 'Open the page' }).click()
  await page.getByText('Too many wrong passwords. Wait 15 minutes, then try again.').waitFor()
  expect(await axe(page)).toEqual([])
})

test('[E2E27] a room is opened by a link: read without an account and without scripts, and written in with one', {
  timeout: 180_000,
}, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner' })
  const strangers = await makeTeam(atrium.started, { Stella: 'owner' })
  await strangers.as('Stella').rpc('remove_member', { workspace_id: strangers.workspace, user_id: await strangers.idOf('Stella') })
  const { data: rooms } = await team.as('Anna').rpc('my_rooms', { workspace_id: team.workspace }).throwOnError()
  const room = rooms[0] as { id: string; name: string }
  const say = (text: string) => team.as('Anna').rpc('send_message', { id: crypto.randomUUID(), room_id: room.id, text }).throwOnError()
  await say('<b>Doors</b> open at nine\nand close at ten')

  const [anna, stella] = await Promise.all([visit(atrium.browser, SIZES.desktop), visit(atrium.browser, SIZES.phone)])
  await signIn(anna.page, atrium.started, team.emailOf('Anna'))
  await anna.page.goto(`${atrium.started.url}/c/${room.id}?details=1`)
  await anna.page.getByRole('button', { name: 'Share', exact: true }).click()
  const share = anna.page.getByRole('dialog', { name: `Who has access to ${room.name}` })
  await share.getByRole('button', { name: 'New link' }).click()
  const making = anna.page.getByRole('dialog', { name: `New link to ${room.name}` })
  expect(await making.getByLabel('Who has the link may').getByRole('option').allTextContents()).toEqual(['Read', 'Read and write'])
  await making.getByLabel('Who has the link may').selectOption('Read and write')
  await making.getByRole('button', { name: 'Make link' }).click()
  await making.getByRole('button', { name: 'Copy', exact: true }).click()
  const link = await anna.page.evaluate(() => navigator.clipboard.readText())
  await making.getByRole('button', { name: 'Done' }).click()

  await stella.page.goto(link)
  await stella.page.getByRole('heading', { name: 'A room is shared with you' }).waitFor()
  expect.soft(await axe(stella.page)).toEqual([])
  await stella.page.getByRole('link', { name: 'Read without an account' }).click()
  await stella.page.getByRole('heading', { name: room.name, exact: true }).waitFor()
  await stella.page.getByText('<b>Doors</b> open at nine').waitFor()
  expect(await stella.page.locator('script').count()).toBe(0)
  expect.soft(await axe(stella.page)).toEqual([])
  await stella.page.getByRole('link', { name: 'Sign in to write' }).click()
  await stella.page.getByRole('link', { name: 'Sign in to open it' }).click()
  await stella.page.getByLabel('E-mail address').fill(strangers.emailOf('Stella'))
  await stella.page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await stella.page.getByRole('button', { name: 'Sign in' }).click()
  await stella.page.getByText('Doors').waitFor()
  const writing = stella.page.getByRole('textbox', { name: `Message ${room.name}`, exact: true })
  await writing.click()
  await stella.page.keyboard.type('Greetings from outside')
  await stella.page.getByRole('button', { name: 'Send', exact: true }).click()
  await anna.page.getByText('Greetings from outside').waitFor()

  // Home has the room, also after a reload.
  await stella.page.goto(atrium.started.url)
  await stella.page.getByRole('main').getByRole('link', { name: room.name }).waitFor()
  await stella.page.goto(`${atrium.started.url}/c/${room.id}`)
  await stella.page.getByText('Greetings from outside').waitFor()

  await share.getByRole('button', { name: /Delete the link made by Anna/ }).click()
  await anna.page.getByText('One person loses access to one room.').waitFor()
  await anna.page.getByRole('button', { name: 'Delete link' }).click()
  await share.getByText('Nobody gets in by a link.').waitFor()
  await expect.poll(() => stella.page.getByText('Greetings from outside').count(), { timeout: 10_000 }).toBe(0)
  await stella.page.goto(`${link}/read`)
  await stella.page.getByText('There is no such link, or it was taken back.').waitFor()
  expect(anna.complaints).toEqual([])
})
