import { expect, test } from 'vitest'
import { axe, makeTeam, SIZES, signIn, startAtrium, visit } from './people.ts'

const atrium = startAtrium()

test('[E2E26] an admin makes a link for one person, who joins by it; then it is used up, and another is taken back', {
  timeout: 120_000,
}, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner' })
  const others = await makeTeam(atrium.started, { Nora: 'owner', Omar: 'viewer' })
  const anna = await visit(atrium.browser, SIZES.desktop)
  const nora = await visit(atrium.browser, SIZES.phone)
  await signIn(anna.page, atrium.started, team.emailOf('Anna'))

  async function makeLink(uses: string): Promise<string> {
    await anna.page.goto(`${atrium.started.url}/people?invite=1`)
    const dialog = anna.page.getByRole('dialog', { name: 'Invite people' })
    await dialog.getByRole('radio', { name: 'By link' }).check()
    await dialog.getByLabel('How many people').fill(uses)
    await dialog.getByRole('radio', { name: 'Commenter' }).check()
    expect.soft(await axe(anna.page)).toEqual([])
    await dialog.getByRole('button', { name: 'Make link' }).click()
    await dialog.getByRole('button', { name: 'Copy', exact: true }).click()
    const link = await dialog.getByLabel('Invitation link').inputValue()
    expect(await anna.page.evaluate(() => navigator.clipboard.readText())).toBe(link)
    expect.soft(await axe(anna.page)).toEqual([])
    await dialog.getByRole('button', { name: 'Done' }).click()
    return link
  }

  const link = await makeLink('1')
  const listed = anna.page.getByRole('listitem').filter({ hasText: 'made by Anna' })
  await listed.filter({ hasText: 'For one more person' }).filter({ hasText: 'Commenter' }).waitFor()

  // Who is not signed in signs in first and comes back.
  await nora.page.goto(link)
  await nora.page.getByText('Anna invites you to Northlight Studio as Commenter.').waitFor()
  expect.soft(await axe(nora.page)).toEqual([])
  await nora.page.getByRole('link', { name: 'I have an account' }).click()
  await nora.page.getByLabel('E-mail address').fill(others.emailOf('Nora'))
  await nora.page.getByLabel('Password', { exact: true }).fill('four horses on a hill')
  await nora.page.getByRole('button', { name: 'Sign in' }).click()
  await nora.page.getByRole('button', { name: 'Join Northlight Studio' }).click()
  await nora.page.getByText('Welcome to Northlight Studio.').waitFor()
  await listed.filter({ hasText: 'Used up' }).filter({ hasText: 'one has joined' }).waitFor()

  const late = await visit(atrium.browser, SIZES.desktop)
  await late.page.goto(link)
  await late.page.getByText('As many people have joined by this link as it was made for.').waitFor()
  expect.soft(await axe(late.page)).toEqual([])

  const second = await makeLink('')
  await listed.filter({ hasText: 'For any number of people' }).getByRole('button').click()
  await anna.page.getByRole('menuitem', { name: 'Take back' }).click()
  await expect.poll(() => listed.filter({ hasText: 'For any number of people' }).count()).toBe(0)
  await late.page.goto(second)
  await late.page.getByText('This invitation was taken back. Ask Anna for a new one.').waitFor()
  expect([...anna.complaints, ...nora.complaints, ...late.complaints]).toEqual([])
})

test('[E2E26] a number of uses that cannot be is refused at the field, and an owner is not made by a link', async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner' })
  const { page } = await visit(atrium.browser, SIZES.phone)
  await signIn(page, atrium.started, team.emailOf('Anna'))
  await page.goto(`${atrium.started.url}/people?invite=1`)
  const dialog = page.getByRole('dialog', { name: 'Invite people' })
  await dialog.getByRole('radio', { name: 'Owner' }).waitFor()
  await dialog.getByRole('radio', { name: 'By link' }).check()
  expect(await dialog.getByRole('radio', { name: 'Owner' }).count()).toBe(0)
  await dialog.getByLabel('How many people').fill('0')
  await dialog.getByRole('button', { name: 'Make link' }).click()
  await dialog.getByText('Enter a number from 1 to 10000, or nothing.').waitFor()
  expect(await dialog.getByLabel('Invitation link').count()).toBe(0)
})
