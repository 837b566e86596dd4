import { expect, test } from 'vitest'
import { axe, makeTeam, SIZES, signIn, startAtrium, visit } from './people.ts'

const atrium = startAtrium()

/** A team of one space, and who is let in as one of it. */
async function inTeam() {
  const { started, browser } = atrium
  const team = await makeTeam(started, { 'Ann Lee': 'owner', 'Bo Okafor': 'editor', 'Vera Noll': 'viewer' })
  const enter = async (name: string, path: string, size: keyof typeof SIZES = 'desktop') => {
    const visitor = await visit(browser, SIZES[size])
    await signIn(visitor.page, started, team.emailOf(name))
    await visitor.page.goto(started.url + path)
    return visitor
  }
  return { team, enter, started, ann: team.as('Ann Lee') }
}

test('[E2E-TASK10] a message becomes a task that leads back to it, and says nothing of it to who may not read it', async () => {
  const { team, enter, ann } = await inTeam()
  const [room, message, said] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()]
  await ann.rpc('create_room', { id: room, space_id: team.space, name: 'Mergers', private: true }).throwOnError()
  await ann.rpc('send_message', { id: message, room_id: room, text: 'Call the bank about the loan\nIt is for Contoso' }).throwOnError()
  const { page, complaints } = await enter('Ann Lee', `/c/${room}`)
  const makeTask = async (text: string) => {
    await page.getByRole('article').filter({ hasText: text }).hover()
    await page.getByRole('article').filter({ hasText: text }).getByRole('toolbar').getByRole('button').last().click()
    await page.getByRole('menuitem', { name: 'Make a task of it' }).click()
    return page.getByRole('dialog', { name: 'Make a task of the message' })
  }
  const dialog = await makeTask('Call the bank')
  await expect.poll(() => dialog.getByLabel('Title').inputValue()).toBe('Call the bank about the loan')
  expect(await dialog.getByLabel('Space').inputValue()).toBe(team.space)
  await dialog.getByRole('checkbox', { name: 'Bo Okafor' }).check()
  expect(await axe(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Make the task' }).click()
  await page.getByText('The task is in General.').waitFor()
  await page.getByRole('button', { name: 'Open it' }).click()
  await page.getByRole('heading', { name: 'Task GENE-1' }).waitFor()
  await page.getByRole('button', { name: 'Take it from Bo Okafor' }).waitFor()
  await page.getByRole('link', { name: 'From a message by Ann Lee in Mergers' }).click()
  await page.waitForURL(`**/c/${room}/m/${message}`)

  // Bo has the task and is not in the room.
  const bo = await enter('Bo Okafor', '/tasks')
  const asked = bo.page.waitForResponse((response) => response.url().includes(`id=eq.${message}`))
  await bo.page.getByRole('link', { name: 'Call the bank about the loan' }).click()
  expect(await (await asked).json()).toEqual([])
  await expect.poll(() => bo.page.getByLabel('Title').inputValue()).toBe('Call the bank about the loan')
  expect(await bo.page.getByText(/From a message|Mergers|Contoso/).count()).toBe(0)

  // A direct conversation is in no space.
  await ann.rpc('create_space', { id: crypto.randomUUID(), workspace_id: team.workspace, name: 'Press' }).throwOnError()
  const { data: direct } = await ann
    .rpc('open_direct', { workspace_id: team.workspace, people: [await team.idOf('Bo Okafor')] })
    .throwOnError()
  await ann.rpc('send_message', { id: said, room_id: direct.id, text: 'Thank them' }).throwOnError()
  await page.goto(`${atrium.started.url}/c/${direct.id}`)
  const asks = await makeTask('Thank them')
  await asks.getByRole('button', { name: 'Make the task' }).click()
  await asks.getByText('Choose the space where the task belongs.').waitFor()
  await asks.getByLabel('Space').selectOption('Press')
  await asks.getByRole('button', { name: 'Make the task' }).click()
  await page.getByText('The task is in Press.').waitFor()
  expect([...complaints, ...bo.complaints]).toEqual([])
})
