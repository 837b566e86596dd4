import { expect, test } from 'vitest'
import { axe, firstLink, mailTo, makeTeam, PASSWORD, SIZES, signIn, startAtrium, visit } from './people.ts'

const atrium = startAtrium()

test('[E2E12] a wrong password is refused with a sentence, the right one lets in, signing out ends it', async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner' })
  const { page } = await visit(atrium.browser, SIZES.phone)
  await page.goto(`${atrium.started.url}/login`)
  await page.getByLabel('E-mail address').fill(team.emailOf('Anna'))
  await page.getByLabel('Password', { exact: true }).fill('not this one')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').waitFor()
  expect.soft(await axe(page)).toEqual([])
  await signIn(page, atrium.started, team.emailOf('Anna'))
  await page.goto(`${atrium.started.url}/settings`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.goto(`${atrium.started.url}/people`)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('access_token')
})

test('[E2E13] a forgotten password is replaced by way of the mailbox', async () => {
  const team = await makeTeam(atrium.started, { Ben: 'owner' })
  const { page } = await visit(atrium.browser, SIZES.desktop)
  await page.goto(`${atrium.started.url}/login`)
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await page.getByLabel('E-mail address').fill(team.emailOf('Ben'))
  await page.getByRole('button', { name: 'Send e-mail' }).click()
  await page.goto(firstLink(await mailTo(atrium.started, team.emailOf('Ben'), /password/i)))
  await page.getByLabel('New password', { exact: true }).fill('seven boats at sea')
  expect.soft(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Save password' }).click()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  const other = await visit(atrium.browser, SIZES.desktop)
  await signIn(other.page, atrium.started, team.emailOf('Ben'), 'seven boats at sea')
})

test('[E2E14] an invitation for another address, a used one and an invented one each say what is wrong', async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Carl: 'viewer' })
  const { page } = await visit(atrium.browser, SIZES.desktop)
  await page.goto(`${atrium.started.url}/invite/${'x'.repeat(43)}`)
  await page.getByText('This invitation does not exist.').waitFor()
  expect.soft(await axe(page)).toEqual([])

  const invited = `dora-${crypto.randomUUID().slice(0, 8)}@example.com`
  await team.as('Anna').rpc('invite_member', { workspace_id: team.workspace, email: invited, role: 'editor' }).throwOnError()
  const link = firstLink(await mailTo(atrium.started, invited, /invited you/))
  await signIn(page, atrium.started, team.emailOf('Carl'))
  await page.goto(link)
  await page.getByText(`This invitation is for ${invited}.`).waitFor()

  const { data: invitations } = await team.as('Anna').from('invitations').select('id').eq('email', invited).throwOnError()
  await team.as('Anna').rpc('revoke_invitation', { invitation_id: invitations[0]?.id }).throwOnError()
  await page.goto(link)
  await page.getByText('This invitation was taken back.').waitFor()
})

test('[E2E15] a session that was ended elsewhere asks for the password in place, and goes on', async () => {
  const team = await makeTeam(atrium.started, { Olga: 'owner' })
  const { page } = await visit(atrium.browser, SIZES.desktop)
  await signIn(page, atrium.started, team.emailOf('Olga'))
  await team.as('Olga').auth.signOut({ scope: 'global' })
  await page.evaluate(() => {
    // The access token has run out, so the next request needs a new one.
    const [key, text] = Object.entries(localStorage).find(([, value]) => value.includes('expires_at')) ?? ['', '{}']
    localStorage.setItem(key, JSON.stringify({ ...JSON.parse(text), expires_at: 1 }))
  })
  await page.reload()
  await page
    .getByText(/session has ended|Sign in/)
    .first()
    .waitFor()
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  const email = page.getByLabel('E-mail address')
  if ((await email.count()) > 0 && (await email.isEditable())) await email.fill(team.emailOf('Olga'))
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
})

test('[E2E151] a session that is ended on another device asks for the password there at once, and nothing is said to be lost', async () => {
  const team = await makeTeam(atrium.started, { Olga: 'owner' })
  const [here, there] = [await visit(atrium.browser, SIZES.desktop), await visit(atrium.browser, SIZES.phone)]
  await signIn(there.page, atrium.started, team.emailOf('Olga'))
  await signIn(here.page, atrium.started, team.emailOf('Olga'))
  await here.page.goto(`${atrium.started.url}/settings/security`)
  await here.page.getByRole('button', { name: 'End all other sessions' }).click()
  await here.page.getByRole('dialog', { name: 'End all other sessions?' }).getByRole('button', { name: 'End all other sessions' }).click()
  const asking = there.page.getByRole('dialog', { name: 'Your session has ended' })
  await asking.waitFor()
  expect(await there.page.getByText(/no longer have access|Create your workspace/).count()).toBe(0)
  await asking.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await asking.getByRole('button', { name: 'Sign in', exact: true }).click()
  await asking.waitFor({ state: 'detached' })
  await there.page.getByRole('heading', { name: 'Home' }).waitFor()
})

test.for(['link', 'code'] as const)('[E2E152] a person signs in by the %s of an e-mail, and comes to where he wanted', async (way) => {
  const team = await makeTeam(atrium.started, { Olga: 'owner' })
  const { page } = await visit(atrium.browser, SIZES.phone)
  await page.goto(`${atrium.started.url}/people`)
  await page.getByRole('button', { name: 'Send me a link instead' }).click()
  expect.soft(await axe(page)).toEqual([])
  await page.getByLabel('E-mail address').fill(team.emailOf('Olga'))
  await page.getByRole('button', { name: 'Send e-mail' }).click()
  await page.getByLabel('Code from the e-mail').waitFor()
  expect.soft(await axe(page)).toEqual([])
  const mail = await mailTo(atrium.started, team.emailOf('Olga'), /sign in|link|code/i)
  if (way === 'link') await page.goto(firstLink(mail))
  else {
    await page.getByLabel('Code from the e-mail').fill(/\b\d{6}\b/.exec(mail.text)?.[0] ?? '')
    await page.getByRole('button', { name: 'Confirm' }).click()
  }
  await page.getByRole('heading', { name: 'People' }).waitFor()
})
