import { expect, test } from 'vitest'
import { startReal } from '../support/start.ts'
import { makeTeam, SIZES, signIn, startAtrium, visit } from './people.ts'

const atrium = startAtrium()

test('[E2E7] what was saved and said is there after kill -9 of every process and a restart', async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner' })
  const document = crypto.randomUUID()
  await team.as('Anna').rpc('create_document', { id: document, space_id: team.space, title: 'Launch plan' }).throwOnError()
  const { data: rooms } = await team.as('Anna').rpc('my_rooms', { workspace_id: team.workspace }).throwOnError()
  const { page } = await visit(atrium.browser, SIZES.desktop)
  await signIn(page, atrium.started, team.emailOf('Anna'))
  await page.goto(`${atrium.started.url}/c/${rooms[0].id}`)
  await page.getByRole('textbox', { name: 'Message general' }).fill('Do not lose me')
  await page.keyboard.press('Enter')
  await expect.poll(() => messages(team, rooms[0].id)).toEqual(['Do not lose me'])

  await page.goto(`${atrium.started.url}/d/${document}`)
  await page.getByRole('textbox', { name: 'Text of the page' }).click()
  await page.keyboard.type('Every word counts')
  await page.getByText('Saved', { exact: true }).waitFor()
  for (const pid of Object.values(atrium.started.pids())) process.kill(pid, 'SIGKILL')
  await page.context().close()

  atrium.started = await startReal(atrium.data)
  const again = await visit(atrium.browser, SIZES.desktop)
  await signIn(again.page, atrium.started, team.emailOf('Anna'))
  await again.page.goto(`${atrium.started.url}/d/${document}`)
  await expect.poll(() => again.page.getByRole('textbox', { name: 'Text of the page' }).textContent()).toContain('Every word counts')
  await again.page.goto(`${atrium.started.url}/c/${rooms[0].id}`)
  await again.page.getByText('Do not lose me').waitFor()
}, 60_000)

test('[E2E8] who writes while the servers die goes on, and nothing of it is lost', async () => {
  const team = await makeTeam(atrium.started, { Olga: 'owner' })
  const document = crypto.randomUUID()
  await team.as('Olga').rpc('create_document', { id: document, space_id: team.space, title: 'Plan' }).throwOnError()
  const { page } = await visit(atrium.browser, SIZES.desktop)
  await signIn(page, atrium.started, team.emailOf('Olga'))
  await page.goto(`${atrium.started.url}/d/${document}`)
  const text = page.getByRole('textbox', { name: 'Text of the page' })
  await text.click()
  await page.keyboard.type('before ')
  await page.getByText('Saved', { exact: true }).waitFor()
  const { gateway, collab } = atrium.started.pids()
  for (const pid of [collab, gateway]) if (pid) process.kill(pid, 'SIGKILL')
  await page.keyboard.type('meanwhile ')
  await page.getByText('Saved', { exact: true }).waitFor({ timeout: 20_000 })
  await page.reload()
  await expect.poll(() => text.textContent(), { timeout: 10_000 }).toContain('before meanwhile')
}, 60_000)

async function messages({ as }: Awaited<ReturnType<typeof makeTeam>>, room: string): Promise<string[]> {
  const { data } = await as('Anna').from('messages').select('text').eq('room_id', room).throwOnError()
  return data.map(({ text }) => text as string)
}
