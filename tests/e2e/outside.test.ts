import postgres from 'postgres'
import { beforeAll, expect, test } from 'vitest'
import { axe, makeTeam, SIZES, sidewaysScroll, signIn, startAtrium, type Visitor, visit } from './people.ts'

const atrium = startAtrium()
let team: Awaited<ReturnType<typeof makeTeam>>
let anna: Visitor
const room = crypto.randomUUID()
beforeAll(async () => {
  team = await makeTeam(atrium.started, { 'Anna Berg': 'owner' })
  await team.as('Anna Berg').rpc('create_room', { id: room, space_id: team.space, name: 'Builds' }).throwOnError()
  anna = await visit(atrium.browser, SIZES.desktop)
  await signIn(anna.page, atrium.started, team.emailOf('Anna Berg'))
}, 120_000)

/** A page that says much, in the place of what the worker found: where there is no web, that is nothing. */
async function storeCard(message: string) {
  const sql = postgres(atrium.started.databaseUrl, { max: 1, onnotice: () => {} })
  const card = {
    title: 'The plan of the year, in a title that is longer than a phone is wide',
    description: 'What we do.',
    site: 'Example',
    image: null,
  }
  const isFetched = async () =>
    (
      await sql`
        select from atrium.message_urls link join atrium_private.link_previews preview on preview.id = link.preview_id
        where link.message_id = ${message} and preview.expires_at > now()`
    ).length > 0
  // What it found would otherwise take the place of the card.
  await expect.poll(isFetched, { timeout: 20_000 }).toBe(true)
  await sql`
    select atrium_private.store_preview(link.preview_id, ${sql.json(card)}), atrium_private.show_previews(link.message_id)
    from atrium.message_urls link where link.message_id = ${message}`
  await sql.end()
}

test('[OUT1] a moderator makes a webhook, a program writes with it, and its message becomes a page', async () => {
  const { page, complaints } = anna
  await page.goto(`${atrium.started.url}/c/${room}?details=1`)
  await page.getByRole('tab', { name: 'Apps and rules' }).click()
  await page.getByText('Webhooks', { exact: true }).click()
  await page.getByLabel('Name that its messages show').fill('Build server')
  await page.getByRole('button', { name: 'Make a webhook' }).click()
  const address = page.getByLabel('Address of Build server')
  expect(await axe(page)).toEqual([])
  const answer = await fetch(await address.inputValue(), { method: 'POST', body: JSON.stringify({ text: 'Build *7* is green' }) })
  expect(await answer.text()).toBe('ok')
  const message = page.getByRole('article', { name: /Build server/ })
  await message.getByText('Build 7 is green').waitFor()
  await message.getByText('app', { exact: true }).waitFor()
  await message.hover()
  await message.getByRole('toolbar').getByRole('button').last().click()
  await page.getByRole('menuitem', { name: 'Make a page of it' }).click()
  await page.getByRole('button', { name: 'Open it' }).click()
  const text = page.getByRole('textbox', { name: 'Text of the page' })
  await text.getByText('Build 7 is green').waitFor()
  expect(await text.getByRole('link', { name: /Build server/ }).getAttribute('href')).toContain(`/c/${room}/m/`)
  expect(complaints).toEqual([])
})

test('[OUT2] a card stands under the message that names its page, on a phone too, until its author takes it away', async () => {
  const { page, complaints } = await visit(atrium.browser, SIZES.phone)
  await signIn(page, atrium.started, team.emailOf('Anna Berg'))
  const id = crypto.randomUUID()
  await team.as('Anna Berg').rpc('send_message', { id, room_id: room, text: 'See https://example.com/plan' }).throwOnError()
  await storeCard(id)
  await page.goto(`${atrium.started.url}/c/${room}`)
  await page.getByRole('link', { name: 'The plan of the year, in a title that is longer than a phone is wide' }).waitFor()
  expect(await sidewaysScroll(page)).toBe(0)
  expect(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Remove this preview' }).press('Enter')
  await expect.poll(() => page.getByText('The plan of the year').count()).toBe(0)
  expect(complaints).toEqual([])
})

test('[OUT3] an admin makes a bot and its token, which is shown once, and revokes it', async () => {
  const { page, complaints } = anna
  await page.goto(`${atrium.started.url}/admin/bots`)
  await page.getByRole('button', { name: 'New bot' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Rota bot')
  await page.getByRole('button', { name: 'Make the bot' }).click()
  await page.getByRole('button', { name: 'New token' }).click()
  await page.getByLabel('Where it will be used').fill('Build server')
  await page.getByRole('button', { name: 'Make the token' }).click()
  const token = await page.getByRole('textbox', { name: 'Token of Rota bot' }).inputValue()
  expect(await axe(page)).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
  const exchange = async () =>
    (await fetch(`${atrium.started.url}/functions/v1/bot-token`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })).status
  expect(await exchange()).toBe(200)
  await page.getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('Token revoked.').waitFor()
  expect(await exchange()).toBe(401)
  expect(complaints).toEqual([])
})
