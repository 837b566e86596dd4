import { createClient } from '@supabase/supabase-js'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { axe, makeTeam, SIZES, sidewaysScroll, signIn, startAtrium, visit } from './people.ts'

const atrium = startAtrium()
const waits = { timeout: 15_000 }

/** A team of one space, each person with its tasks open. */
async function inTasks() {
  const { started, browser } = atrium
  const team = await makeTeam(started, { 'Ann Lee': 'owner', 'Bo Okafor': 'editor', 'Vera Noll': 'viewer' })
  const open = async (name: string, query = '', size: keyof typeof SIZES = 'desktop') => {
    const visitor = await visit(browser, SIZES[size])
    await signIn(visitor.page, started, team.emailOf(name))
    await visitor.page.goto(`${started.url}/s/${team.space}/tasks${query}`)
    await visitor.page.getByRole('heading', { name: 'Tasks of General' }).waitFor()
    return { ...visitor, ...screen(visitor.page) }
  }
  const make = async (title: string, fields: Record<string, unknown> = {}) =>
    (await team.as('Ann Lee').rpc('create_task', { id: crypto.randomUUID(), space_id: team.space, title, fields }).throwOnError()).data
  return { team, open, make, started }
}

function screen(page: Page) {
  const column = (name: string) => page.getByRole('region', { name, exact: true })
  return {
    column,
    /** The titles of a column, from the top. */
    titles: (name: string) => column(name).locator('.card-title').allTextContents(),
    card: (title: string) => page.locator('.task-card', { hasText: title }).first(),
    add: async (line: string) => {
      await page.getByLabel('New task').fill(line)
      await page.getByLabel('New task').press('Enter')
    },
  }
}

test('[E2E-TASK1] a line becomes a task as the preview said, and everybody sees it', async () => {
  const { open } = await inTasks()
  const [ann, bo] = [await open('Ann Lee'), await open('Bo Okafor')]
  await ann.page.getByRole('heading', { name: 'Nothing to do yet' }).waitFor()
  await ann.page.getByLabel('New task').fill('Fix login @Bo #bug !high tomorrow 5pm')
  const preview = ann.page.getByRole('status', { name: 'What will be added' })
  for (const said of ['@Bo Okafor', '#bug (new)', 'High', 'tomorrow, 5:00']) await preview.getByText(said).waitFor()
  await ann.page.getByLabel('New task').press('Enter')
  const card = bo.card('Fix login')
  for (const fact of ['GENE-1', 'bug', 'tomorrow, 5:00']) await card.getByText(fact).waitFor()
  await card.getByRole('img', { name: 'Bo Okafor' }).waitFor()
  await card.getByRole('img', { name: 'High' }).waitFor()
  await ann.page.getByLabel('New task').fill('!high')
  await ann.page.getByLabel('New task').press('Enter')
  await ann.page.getByText('Type what is to be done.').waitFor()
  expect([...ann.complaints, ...bo.complaints]).toEqual([])
})

test('[E2E-TASK2] a task moves by mouse, by keys and by its menu, for everybody at once', async () => {
  const { open, make } = await inTasks()
  for (const title of ['One', 'Two', 'Three']) await make(title)
  const [ann, bo] = [await open('Ann Lee'), await open('Bo Okafor')]
  await expect.poll(() => ann.titles('To do'), waits).toEqual(['One', 'Two', 'Three'])

  const from = await ann.card('Three').boundingBox()
  const to = await ann.card('Two').boundingBox()
  if (!from || !to) throw new Error('The cards are not on the screen')
  await ann.page.mouse.move(from.x + 40, from.y + from.height - 8)
  await ann.page.mouse.down()
  await ann.page.mouse.move(to.x + 60, to.y + 30, { steps: 4 })
  await ann.page.mouse.move(to.x + 60, to.y + 12, { steps: 4 })
  await ann.page.mouse.up()
  await expect.poll(() => ann.titles('To do'), waits).toEqual(['One', 'Three', 'Two'])
  await expect.poll(() => bo.titles('To do'), waits).toEqual(['One', 'Three', 'Two'])
  // Letting go did not open the task.
  expect(new URL(ann.page.url()).search).toBe('')

  await ann.card('One').getByRole('link').focus()
  await ann.page.keyboard.press('Alt+ArrowDown')
  await expect.poll(() => bo.titles('To do'), waits).toEqual(['Three', 'One', 'Two'])
  await ann.page.keyboard.press('Alt+ArrowRight')
  await expect.poll(() => bo.titles('In progress'), waits).toEqual(['One'])
  await ann.page.getByText('One moved to In progress, place 1 of 1').waitFor({ state: 'attached' })
  expect(await ann.page.evaluate(() => document.activeElement?.textContent)).toBe('One')
  await ann.page.keyboard.press('ArrowLeft')
  expect(await ann.page.evaluate(() => document.activeElement?.textContent)).toBe('Three')

  await ann.page.getByRole('button', { name: 'Actions for Two' }).click()
  await ann.page.getByRole('menuitemradio', { name: 'Move to Done' }).click()
  await expect.poll(() => bo.titles('Done'), waits).toEqual(['Two'])
  expect([...ann.complaints, ...bo.complaints]).toEqual([])
})

test('[E2E-TASK3] beside the board everything of a task is changed, and what happened is told', async () => {
  const { open, make, started } = await inTasks()
  await make('Other')
  await make('Write the note')
  const ann = await open('Ann Lee')
  await ann.card('Write the note').getByRole('link').click()
  const panel = ann.page.getByRole('complementary', { name: 'Task' })
  await panel.getByLabel('Title').fill('Write the long note')
  await panel.getByLabel('Title').press('Enter')
  await panel.getByLabel('Priority').selectOption('Urgent')
  await panel.getByLabel('Due').fill('2031-05-04')
  await panel.getByLabel('Time').fill('17:30')
  await panel.getByRole('button', { name: 'Assign somebody' }).click()
  await ann.page.getByRole('menuitem', { name: 'Vera Noll' }).click()
  await panel.getByRole('button', { name: 'Take it from Vera Noll' }).waitFor()
  await panel.getByLabel('Add a label').fill('press')
  await panel.getByLabel('Add a label').press('Enter')
  await panel.getByRole('button', { name: 'Remove press' }).waitFor()
  await panel.getByLabel('Description').fill('With *care*.')
  await panel.getByLabel('New item').fill('Ask Bo')
  await panel.getByLabel('New item').press('Enter')
  await panel.getByRole('checkbox', { name: 'Ask Bo' }).check()
  await panel.getByLabel('New subtask').fill('Draft')
  await panel.getByLabel('New subtask').press('Enter')
  await panel.getByRole('link', { name: 'Draft' }).waitFor()
  await panel.getByLabel('Waits for a task').fill('gene-1')
  await panel.getByLabel('Waits for a task').press('Enter')
  await panel.getByRole('link', { name: 'Other' }).waitFor()
  const activity = panel.locator('.task-activity')
  for (const said of [
    'renamed it from “Write the note”',
    'set the priority to Urgent',
    'assigned it to Vera Noll',
    'changed the description',
  ])
    await activity.getByText(said).waitFor()
  expect(await axe(ann.page)).toEqual([])

  // On its own page, after a reload, it is all there.
  await ann.page.goto(`${started.url}/t/gene-2`)
  await ann.page.getByRole('heading', { name: 'Task GENE-2' }).waitFor()
  await expect.poll(() => ann.page.getByLabel('Title').inputValue(), waits).toBe('Write the long note')
  await expect.poll(() => ann.page.getByLabel('Description').inputValue(), waits).toBe('With *care*.')
  expect(await ann.page.getByLabel('Time').inputValue()).toBe('17:30')
  expect(await axe(ann.page)).toEqual([])
  await ann.page.getByRole('button', { name: 'Actions for Write the long note' }).click()
  await ann.page.getByRole('menuitem', { name: 'Move to trash' }).click()
  await expect.poll(() => ann.titles('To do'), waits).toEqual(['Other'])
  await ann.page.getByRole('button', { name: 'More', exact: true }).click()
  await ann.page.getByRole('menuitem', { name: 'Trash' }).click()
  await ann.page.getByRole('button', { name: 'Restore Write the long note' }).click()
  await ann.page.getByRole('link', { name: 'Board', exact: true }).click()
  await expect.poll(() => ann.titles('To do'), waits).toEqual(['Other', 'Write the long note', 'Draft'])
  expect(ann.complaints).toEqual([])
})

test('[E2E-TASK4] who only reads changes nothing; on a phone a finger scrolls, rests and drags', async () => {
  const { open, make, started, team } = await inTasks()
  await make('One', { due_on: '2020-01-01', priority: 4 })
  await make('Two')
  const vera = await open('Vera Noll')
  await expect.poll(() => vera.titles('To do'), waits).toEqual(['One', 'Two'])
  expect(await vera.page.getByLabel('New task').count()).toBe(0)
  expect(await vera.page.getByRole('button', { name: /Actions for/ }).count()).toBe(0)
  await vera.card('One').getByRole('link').click()
  const panel = vera.page.getByRole('complementary', { name: 'Task' })
  await panel.getByText('No description.').waitFor()
  expect(await panel.getByLabel('Status').isDisabled()).toBe(true)
  expect(await axe(vera.page)).toEqual([])
  expect(vera.complaints).toEqual([])

  const bo = await open('Bo Okafor', '', 'phone')
  await expect.poll(() => bo.titles('To do'), waits).toEqual(['One', 'Two'])
  expect(await sidewaysScroll(bo.page)).toBe(0)
  expect(await axe(bo.page)).toEqual([])
  const finger = await bo.page.context().newCDPSession(bo.page)
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x = 0, y = 0) =>
    finger.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] })
  const [one, two] = [await bo.card('One').boundingBox(), await bo.card('Two').boundingBox()]
  if (!one || !two) throw new Error('The cards are not on the screen')
  await touch('touchStart', one.x + 60, one.y + 50)
  await bo.page.locator('.task-ghost').waitFor()
  for (let step = 1; step <= 6; step++) await touch('touchMove', one.x + 60, one.y + 50 + (step * (two.y + two.height - one.y - 40)) / 6)
  await touch('touchEnd')
  await expect.poll(() => vera.titles('To do'), waits).toEqual(['Two', 'One'])
  await bo.page.goto(`${started.url}/s/${team.space}/tasks?view=list`)
  await bo.page.getByRole('button', { name: 'Complete One' }).click()
  await bo.page.getByRole('button', { name: 'Undo' }).click()
  await bo.page.getByRole('button', { name: 'Complete One' }).waitFor()
  expect(await sidewaysScroll(bo.page)).toBe(0)
  expect(await axe(bo.page)).toEqual([])
  expect(bo.complaints).toEqual([])
})

test('[E2E-TASK5] filters are a part of the address, and what is late is on the page of my tasks', async () => {
  const { open, make, team, started } = await inTasks()
  const me = await team.idOf('Bo Okafor')
  await make('Late', { assignees: [me], due_on: '2020-01-01' })
  await make('Some day', { assignees: [me], priority: 2 })
  await make('Not his')
  const bo = await open('Bo Okafor', '?view=list')
  const rows = () => bo.page.locator('.row-title').allTextContents()
  await expect.poll(rows, waits).toEqual(['Late', 'Some day', 'Not his'])
  await bo.page.getByLabel('Assigned to').selectOption('Me')
  await bo.page.getByLabel('Group by').selectOption('Group by: Priority')
  await expect.poll(rows, waits).toEqual(['Some day', 'Late'])
  await bo.page.reload()
  await expect.poll(rows, waits).toEqual(['Some day', 'Late'])
  await bo.page.getByLabel('Search tasks').fill('nothing such')
  await bo.page.getByRole('heading', { name: 'No tasks match' }).waitFor()
  await bo.page.getByRole('button', { name: 'Clear filters' }).last().click()
  await expect.poll(rows, waits).toHaveLength(3)

  await bo.page.getByRole('link', { name: 'My tasks' }).click()
  await bo.page.getByRole('heading', { name: 'Overdue 1' }).waitFor()
  await bo.page.getByRole('heading', { name: 'No date 1' }).waitFor()
  expect(await axe(bo.page)).toEqual([])
  await bo.page.getByRole('button', { name: 'Complete Late' }).click()
  await bo.page.getByRole('heading', { name: 'Done 1' }).waitFor()
  await make('Fresh', { assignees: [me] })
  await bo.page.getByRole('heading', { name: 'No date 2' }).waitFor()
  await bo.page.goto(`${started.url}/t/NONE-1`)
  await bo.page.getByRole('heading', { name: 'This task is gone' }).waitFor()
  expect(bo.complaints).toEqual([])
})

test('[E2E-TASK6] ten thousand tasks open, filter and move as a few do', { timeout: 120_000 }, async () => {
  const { open, team, started } = await inTasks()
  const admin = createClient(started.url, started.secretKey, { db: { schema: 'atrium' }, auth: { persistSession: false } })
  const { data: statuses } = await admin.from('task_statuses').select('id').eq('space_id', team.space).order('position').throwOnError()
  for (let page = 0; page < 10; page++) {
    const rows = Array.from({ length: 1000 }, (_, place) => {
      const number = page * 1000 + place + 1
      const key = `c${(number + 10_000).toString(36).padStart(3, '0').slice(-3)}1`
      return {
        workspace_id: team.workspace,
        space_id: team.space,
        number,
        title: number === 7777 ? 'Needle' : `Task ${number}`,
        status_id: statuses[number % 2]?.id,
        position: key,
      }
    })
    await admin.from('tasks').insert(rows).throwOnError()
  }
  await admin.from('task_boards').update({ last_number: 10_000 }).eq('space_id', team.space).throwOnError()
  const ann = await open('Ann Lee')
  await ann.page.getByText('10000 tasks').waitFor(waits)
  await ann.column('To do').getByText('5000').waitFor()
  // Only what is near the screen is drawn.
  expect(await ann.page.locator('.task-card').count()).toBeLessThan(80)
  await ann.page.getByLabel('Search tasks').fill('needle')
  await expect.poll(() => ann.titles('In progress'), waits).toEqual(['Needle'])
  await ann.page.getByRole('button', { name: 'Actions for Needle' }).click()
  await ann.page.getByRole('menuitemradio', { name: 'Move to Done' }).click()
  await expect.poll(() => ann.titles('Done'), waits).toEqual(['Needle'])
  await ann.page.getByRole('button', { name: 'Clear filters' }).first().click()
  await ann.column('In progress').getByText('4999').waitFor()
  expect(ann.complaints).toEqual([])
})

test('[E2E-TASK7] of two changes on their way the later one stands, however slow the first; one that is refused takes back itself alone', async () => {
  const { open, make, team } = await inTasks()
  await make('Slow')
  const ann = await open('Ann Lee')
  const stored = async () => (await team.as('Ann Lee').from('tasks').select('title,priority,due_on,due_at')).data?.[0]
  let held = 0
  await ann.page.route(/\/rest\/v1\/tasks\?/, async (route) => {
    if (route.request().method() === 'PATCH' && held++ === 0) await new Promise((resolve) => setTimeout(resolve, 1_000))
    await route.continue()
  })
  await ann.card('Slow').getByRole('link').click()
  const panel = ann.page.getByRole('complementary', { name: 'Task' })
  await panel.getByLabel('Due').fill('2031-05-04')
  await panel.getByLabel('Time').fill('17:30')
  await panel.getByLabel('Priority').selectOption('Urgent')
  await expect.poll(stored, waits).toMatchObject({ priority: 4, due_at: expect.any(String) })
  expect(await panel.getByLabel('Time').inputValue()).toBe('17:30')

  await ann.page.unroute(/\/rest\/v1\/tasks\?/)
  await ann.page.route(/\/rest\/v1\/tasks\?/, async (route) => {
    if (route.request().postData()?.includes('priority')) {
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      // A server that is not reached would have the change wait.
      return route.fulfill({ status: 500, json: { message: 'No space left' } })
    }
    await route.continue()
  })
  await panel.getByLabel('Priority').selectOption('Low')
  await panel.getByLabel('Title').fill('Slow and steady')
  await panel.getByLabel('Title').press('Enter')
  await ann.page.getByRole('button', { name: 'Try again' }).waitFor()
  await expect.poll(stored, waits).toMatchObject({ title: 'Slow and steady', priority: 4 })
  expect(await panel.getByLabel('Priority').inputValue()).toBe('4')
  expect(await panel.getByLabel('Title').inputValue()).toBe('Slow and steady')
})

test('[E2E-TASK8] what is said about a task is there at once for all who have it open; who is mentioned finds it in the inbox', async () => {
  const { open, make, started } = await inTasks()
  await make('Write the note')
  const [ann, bo] = [await open('Ann Lee'), await open('Bo Okafor')]
  await ann.page.goto(`${started.url}/t/GENE-1`)
  await ann.page.getByRole('button', { name: 'Stop watching this task' }).waitFor()
  const field = ann.page.getByRole('textbox', { name: 'Write a comment' })
  // The small editor has come.
  await ann.page.locator('.task-comment-field .tiptap').waitFor()
  await field.pressSequentially('Ask @Bo')
  await ann.page.getByRole('option', { name: /Bo Okafor/ }).click()
  await field.pressSequentially('for **help**')
  await ann.page.getByRole('button', { name: 'Comment', exact: true }).click()
  const said = ann.page.locator('.task-comment')
  await said.getByText('@Bo Okafor').waitFor()
  await said.locator('strong', { hasText: 'help' }).waitFor()
  expect(await axe(ann.page)).toEqual([])

  await bo.page.getByRole('link', { name: /Inbox/ }).first().click()
  await bo.page.getByRole('link', { name: /^Ann Lee mentioned you in a comment/ }).click()
  await bo.page.getByRole('link', { name: 'Open', exact: true }).click()
  await bo.page.waitForURL(/\/t\/GENE-1$/)
  await bo.page.locator('.task-comment').getByText('help').waitFor()
  await bo.page.getByRole('button', { name: 'Watch this task' }).click()
  await bo.page.getByRole('button', { name: 'Stop watching this task' }).waitFor()

  await ann.page.getByRole('button', { name: 'Actions for the comment of Ann Lee' }).click()
  await ann.page.getByRole('menuitem', { name: 'Edit' }).click()
  await ann.page.locator('.task-comment .tiptap').waitFor()
  await ann.page.getByRole('textbox', { name: 'Edit the comment' }).press('Control+a')
  await ann.page.getByRole('textbox', { name: 'Edit the comment' }).pressSequentially('Done already')
  await ann.page.getByRole('button', { name: 'Save' }).click()
  await bo.page.locator('.task-comment').getByText('Done already').waitFor()
  await ann.page.getByRole('button', { name: 'Actions for the comment of Ann Lee' }).click()
  await ann.page.getByRole('menuitem', { name: 'Delete' }).click()
  await ann.page.locator('.task-comment').getByRole('button', { name: 'Delete' }).click()
  await bo.page.getByText('This comment was deleted.').waitFor()
  expect([...ann.complaints, ...bo.complaints]).toEqual([])
})

test('[E2E-TASK9] many tasks are chosen by keys, clicks and boxes, changed together, and given back', async () => {
  const { open, make, team } = await inTasks()
  for (const title of ['One', 'Two', 'Three', 'Four']) await make(title)
  const [ann, vera] = [await open('Ann Lee', '?view=list'), await open('Vera Noll')]
  const bar = ann.page.getByRole('region', { name: 'Selected tasks' })
  const row = (title: string) => ann.page.locator('.task-row', { hasText: title })
  await row('One').getByRole('link').focus()
  await ann.page.keyboard.press('x')
  await bar.getByText('1 selected').waitFor()
  await ann.page.keyboard.press('Shift+ArrowDown')
  await ann.page.keyboard.press('Shift+ArrowDown')
  await bar.getByText('3 selected').waitFor()
  await ann.page.keyboard.press('Shift+ArrowUp')
  await bar.getByText('2 selected').waitFor()
  await ann.page.keyboard.press('Control+a')
  await bar.getByText('4 selected').waitFor()
  expect(await axe(ann.page)).toEqual([])
  await ann.page.keyboard.press('Escape')
  await bar.waitFor({ state: 'detached' })
  await row('Two').getByRole('checkbox', { name: 'Select Two' }).check()
  await row('Four')
    .getByRole('link')
    .click({ modifiers: ['Shift'] })
  await bar.getByText('3 selected').waitFor()

  const stored = async () =>
    (await team.as('Ann Lee').from('tasks').select('priority,assignees').order('number').throwOnError()).data.map(
      (task: { priority: number; assignees: string[] }) => `${task.priority} ${task.assignees.length}`,
    )
  await bar.getByRole('button', { name: 'Priority' }).click()
  await ann.page.getByRole('menuitem', { name: 'Urgent' }).click()
  await expect.poll(stored, waits).toEqual(['0 0', '4 0', '4 0', '4 0'])
  await ann.page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(stored, waits).toEqual(['0 0', '0 0', '0 0', '0 0'])
  await bar.getByRole('button', { name: 'Assign' }).click()
  await ann.page.getByRole('menuitem', { name: 'Add Bo Okafor' }).click()
  await expect.poll(stored, waits).toEqual(['0 0', '0 1', '0 1', '0 1'])
  await bar.getByRole('button', { name: 'Status' }).click()
  await ann.page.getByRole('menuitem', { name: 'In progress' }).click()
  await expect.poll(() => vera.titles('In progress'), waits).toHaveLength(3)
  await bar.getByRole('button', { name: 'Move to trash' }).click()
  await bar.waitFor({ state: 'detached' })
  await expect.poll(() => vera.titles('In progress'), waits).toEqual([])
  await ann.page.getByRole('button', { name: 'Undo' }).last().click()
  await expect.poll(() => vera.titles('In progress'), waits).toHaveLength(3)

  await vera.card('One').getByRole('link').focus()
  await vera.page.keyboard.press('x')
  expect(await vera.page.getByRole('checkbox', { name: /Select/ }).count()).toBe(0)
  expect([...ann.complaints, ...vera.complaints]).toEqual([])
})
