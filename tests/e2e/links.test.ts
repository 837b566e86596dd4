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
  await stella.page.getByText('You no longer have access to Pages by link.').waitFor()
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
  await page.getByRole('menuitemradio', { name: 'Pages by link' }).click()
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
