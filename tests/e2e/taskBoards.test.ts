import { expect, test } from 'vitest'
import { axe, makeTeam, SIZES, sidewaysScroll, signIn, startAtrium, visit } from './people.ts'

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

test('[E2E-TASK11] the settings of a board change its columns, labels and key for everybody at once', async () => {
  const { team, enter, ann: owner } = await inTeam()
  await owner.rpc('create_task', { id: crypto.randomUUID(), space_id: team.space, title: 'One' }).throwOnError()
  const path = `/s/${team.space}/tasks`
  const [ann, bo] = [await enter('Ann Lee', path), await enter('Bo Okafor', path, 'phone')]
  const settings = async ({ page }: typeof ann) => {
    await page.locator('.task-tools').getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Board settings' }).click()
    return page.getByRole('dialog', { name: 'Board settings' })
  }
  const seesColumns = (names: string[]) =>
    expect.poll(() => bo.page.locator('.task-column h2').allTextContents(), { timeout: 15_000 }).toEqual(names)
  await seesColumns(['To do', 'In progress', 'Done', 'Cancelled'])
  const dialog = await settings(ann)

  await dialog.getByLabel('New column', { exact: true }).fill('Review')
  await dialog.getByRole('button', { name: 'Add the column' }).click()
  await seesColumns(['To do', 'In progress', 'Done', 'Cancelled', 'Review'])
  await dialog.getByLabel('Name of the column To do').fill('Next')
  await ann.page.keyboard.press('Enter')
  await seesColumns(['Next', 'In progress', 'Done', 'Cancelled', 'Review'])
  // Two presses at once are two steps, and the focus stays.
  await dialog.getByRole('button', { name: 'Move Review up' }).focus()
  await ann.page.keyboard.press('Enter')
  await ann.page.keyboard.press('Enter')
  await seesColumns(['Next', 'In progress', 'Review', 'Done', 'Cancelled'])
  await dialog.getByText('Review is column 3 of 5').waitFor({ state: 'attached' })
  await expect.poll(() => ann.page.evaluate(() => document.activeElement?.ariaLabel)).toBe('Move Review up')
  const row = (name: string) =>
    dialog.locator('.is-movable').filter({ has: ann.page.getByLabel(`Name of the column ${name}`, { exact: true }) })
  const [grip, first] = [await row('Review').locator('.line-grip').boundingBox(), await row('Next').boundingBox()]
  if (!grip || !first) throw new Error('The columns are not on the screen')
  await ann.page.mouse.move(grip.x + 8, grip.y + 12)
  await ann.page.mouse.down()
  await ann.page.mouse.move(first.x + 20, first.y + 20, { steps: 4 })
  await ann.page.mouse.move(first.x + 20, first.y + 4, { steps: 4 })
  await ann.page.mouse.up()
  await seesColumns(['Review', 'Next', 'In progress', 'Done', 'Cancelled'])

  const addLabel = async (name: string) => {
    await dialog.getByLabel('New label', { exact: true }).fill(name)
    await ann.page.keyboard.press('Enter')
  }
  await addLabel('bug')
  await dialog.getByLabel('Name of the label bug').waitFor()
  await addLabel('Bug')
  await dialog.getByText('This name is taken. Choose another one.').waitFor()
  await dialog.getByLabel('Name of the label bug').fill('fault')
  await ann.page.keyboard.press('Enter')
  await dialog.getByLabel('Colour of the label fault').selectOption('Teal')
  await expect.poll(() => dialog.getByLabel('Colour of the label fault').inputValue()).toBe('6')
  await dialog.getByLabel('Key', { exact: true }).fill('1x')
  await dialog.getByRole('button', { name: 'Change the key' }).click()
  await dialog.getByText('A key is 1 to 10 letters A to Z and digits, a letter first.').waitFor()
  await dialog.getByLabel('Key', { exact: true }).fill('team')
  await ann.page.keyboard.press('Enter')
  await bo.page.getByText('TEAM-1', { exact: true }).waitFor()
  expect(await axe(ann.page)).toEqual([])

  // An editor may all but the key; the tasks of a column that goes come to another one.
  const small = await settings(bo)
  await small.getByRole('button', { name: 'Delete fault' }).click()
  await bo.page.getByRole('dialog', { name: 'Delete the label fault?' }).getByRole('button', { name: 'Delete', exact: true }).click()
  await dialog.getByText('There are none yet.').waitFor()
  await small.getByRole('button', { name: 'Delete Next' }).click()
  const asks = bo.page.getByRole('dialog', { name: 'Delete the column Next?' })
  await asks.getByLabel('Its tasks go to').selectOption('Review')
  await asks.getByRole('button', { name: 'Delete', exact: true }).click()
  await seesColumns(['Review', 'In progress', 'Done', 'Cancelled'])
  await bo.page.getByRole('region', { name: 'Review', exact: true, includeHidden: true }).getByText('One', { exact: true }).waitFor()
  expect(await small.getByLabel('Key', { exact: true }).count()).toBe(0)
  expect(await sidewaysScroll(bo.page)).toBe(0)
  expect(await small.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0)
  expect(await axe(bo.page)).toEqual([])
  // Besides the two changes that were refused nothing is complained of.
  expect([...ann.complaints, ...bo.complaints].filter((said) => !/\b(409|422)\b/.test(said))).toEqual([])
})
