import { readFile } from 'node:fs/promises'
import { strFromU8, unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { axe, makeTeam, PASSWORD, SIZES, signIn, startAtrium, visit } from './people.ts'

const atrium = startAtrium()

test('[E2E43] a person takes his data along as a ZIP', { timeout: 120_000 }, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor' })
  const id = crypto.randomUUID()
  await team.as('Ben').rpc('create_document', { id, space_id: team.space, title: 'Plan: 1/2?' }).throwOnError()
  const { data: rooms } = await team.as('Ben').rpc('my_rooms', { workspace_id: team.workspace }).throwOnError()
  const say = (name: string, text: string) => team.as(name).rpc('send_message', { id: crypto.randomUUID(), room_id: rooms[0].id, text })
  await say('Ben', '=HELLO()').throwOnError()
  await say('Anna', 'not of Ben').throwOnError()
  const body = new Blob([new Uint8Array([1, 2, 3])], { type: 'application/octet-stream' })
  const path = `${id}/${crypto.randomUUID()}`
  expect((await team.as('Ben').storage.from('document-files').upload(path, body)).error).toBeNull()
  const { data: sent } = await team
    .as('Ben')
    .rpc('add_message_file', { id: crypto.randomUUID(), room_id: rooms[0].id, name: 'Notes: June.bin' })
    .throwOnError()
  expect((await team.as('Ben').storage.from('message-files').upload(sent.path, body)).error).toBeNull()
  const { page, complaints } = await visit(atrium.browser, SIZES.phone)
  await signIn(page, atrium.started, team.emailOf('Ben'))
  await page.goto(`${atrium.started.url}/settings`)
  await page.getByRole('link', { name: 'Take your data along, or leave' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download my data' }).click()])
  await page.getByText('The file has been saved').waitFor()
  expect.soft(await axe(page)).toEqual([])
  const files = unzipSync(await readFile(await download.path()))
  const folder = `Plan 1 2-${id.slice(0, 8)}`
  expect(Object.keys(files).sort()).toEqual(
    [
      'README.txt',
      'data.json',
      'memberships.csv',
      'messages.csv',
      'sessions.csv',
      `pages/${folder}.md`,
      `pages/${folder}.txt`,
      `files/${folder}/${path.split('/')[1]}`,
      `files/messages/${sent.path.split('/').at(-1).slice(0, 8)}-Notes June.bin`,
    ].sort(),
  )
  expect([...(files[`files/${folder}/${path.split('/')[1]}`] ?? [])]).toEqual([1, 2, 3])
  const messages = strFromU8(files['messages.csv'] ?? new Uint8Array())
  expect(messages).toContain(`"'=HELLO()"`)
  expect(messages).not.toContain('not of Ben')
  expect(JSON.parse(strFromU8(files['data.json'] ?? new Uint8Array())).account.email).toBe(team.emailOf('Ben'))
  expect(complaints).toEqual([])
})

test('[E2E44] a last owner says who follows, proves who he is, types his address, and is gone', { timeout: 120_000 }, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor' })
  await team.as('Anna').rpc('create_workspace', { id: crypto.randomUUID(), name: 'My own corner' }).throwOnError()
  const { page, complaints } = await visit(atrium.browser, SIZES.desktop)
  await signIn(page, atrium.started, team.emailOf('Anna'))
  await page.goto(`${atrium.started.url}/settings/account`)
  const places = page.getByRole('region', { name: 'Delete your account' }).getByRole('listitem')
  await places.filter({ hasText: 'My own corner' }).getByText('Only you are here: it is deleted with everything in it.').waitFor()
  await places.filter({ hasText: 'Northlight Studio' }).getByText('You made one space and one room.').waitFor()
  await page.getByRole('button', { name: 'Delete my account…' }).click()
  await page.getByText('Choose who follows you in Northlight Studio.').waitFor()
  expect.soft(await axe(page)).toEqual([])
  await page.getByLabel('Owner of Northlight Studio becomes').selectOption('Ben')
  await page.getByRole('button', { name: 'Delete my account…' }).click()
  const proving = page.getByRole('dialog', { name: 'Is it you?' })
  await proving.getByLabel('Password', { exact: true }).fill('not this one')
  await proving.getByRole('button', { name: 'Go on' }).click()
  await proving.getByText('The e-mail address or the password is wrong.').waitFor()
  expect.soft(await axe(page)).toEqual([])
  await proving.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await proving.getByRole('button', { name: 'Go on' }).click()
  const confirming = page.getByRole('dialog', { name: 'Delete your account for good?' })
  await confirming.getByText('One workspace is deleted with it: My own corner.').waitFor()
  await confirming.getByRole('textbox').fill('somebody@example.com')
  await confirming.getByRole('button', { name: 'Delete my account' }).click()
  await confirming.getByText(`This is not ${team.emailOf('Anna')}.`).waitFor()
  expect.soft(await axe(page)).toEqual([])
  await confirming.getByRole('textbox').fill(team.emailOf('Anna'))
  await confirming.getByRole('button', { name: 'Delete my account' }).click()
  await page.getByRole('heading', { name: 'Goodbye' }).waitFor()
  expect.soft(await axe(page)).toEqual([])
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('access_token')
  const { data } = await team.as('Ben').rpc('my_workspaces').throwOnError()
  expect(data).toMatchObject([{ id: team.workspace, role: 'owner' }])
  await page.goto(`${atrium.started.url}/login`)
  await page.getByLabel('E-mail address').fill(team.emailOf('Anna'))
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('The e-mail address or the password is wrong.').waitFor()
  expect(complaints.filter((text) => !/400|403/.test(text))).toEqual([])
})
