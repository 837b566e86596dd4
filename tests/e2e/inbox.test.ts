import { afterEach, expect, test } from 'vitest'
import { axe, makeTeam, SIZES, signIn, startAtrium, type Visitor, visit } from './people.ts'

const atrium = startAtrium()
const visitors: Visitor[] = []
afterEach(async () => {
  const complaints = visitors.flatMap((visitor) => visitor.complaints)
  await Promise.all(visitors.splice(0).map(({ page }) => page.context().close()))
  expect(complaints).toEqual([])
})
async function open(size: keyof typeof SIZES, email: string) {
  const visitor = await visit(atrium.browser, SIZES[size])
  visitors.push(visitor)
  await signIn(visitor.page, atrium.started, email)
  return visitor.page
}
const mention = (id: string, label: string, words: string) => ({
  type: 'doc',
  content: [
    {
      type: 'paragraph',
      content: [
        { type: 'mention', attrs: { kind: 'person', id, label } },
        { type: 'text', text: ` ${words}` },
      ],
    },
  ],
})

test('[E2E-INBOX1] a mention lights the badge, is answered in the inbox without leaving it, and is read on every device', async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor' })
  const room = crypto.randomUUID()
  await team.as('Anna').rpc('create_room', { id: room, space_id: team.space, name: 'launch' }).throwOnError()
  await team
    .as('Anna')
    .rpc('add_room_member', { room_id: room, user_id: await team.idOf('Ben') })
    .throwOnError()
  const desktop = await open('desktop', team.emailOf('Ben'))
  const phone = await open('phone', team.emailOf('Ben'))
  await desktop.getByRole('link', { name: /Inbox/ }).click()
  await desktop.locator('.bar').getByRole('button', { name: 'More' }).click()
  await desktop.getByRole('menuitem', { name: 'Done with all' }).click()
  await desktop.getByText('Nothing waits for you.').waitFor()

  await team
    .as('Anna')
    .rpc('send_message', {
      id: crypto.randomUUID(),
      room_id: room,
      text: '',
      content: mention(await team.idOf('Ben'), 'Ben', 'can you look at this?'),
    })
    .throwOnError()
  const notice = desktop.getByRole('link', { name: 'Anna mentioned you' })
  await notice.waitFor()
  await expect.poll(() => desktop.title()).toMatch(/^\(1\) Inbox/)
  await phone.getByRole('link', { name: 'Inbox' }).click()
  await phone.getByRole('link', { name: /^Anna mentioned you.+unread/ }).waitFor()
  expect(await axe(desktop)).toEqual([])

  await desktop.keyboard.press('j')
  const preview = desktop.getByRole('region', { name: 'Preview' })
  await preview.getByText('can you look at this?').waitFor()
  await expect.poll(() => desktop.title()).toMatch(/^Inbox/)
  // The other device hears of it.
  await phone.getByRole('link', { name: /^Anna mentioned you$/ }).waitFor()
  await desktop.keyboard.press('r')
  // The small editor of messages comes when somebody goes into the field.
  const field = preview.locator('[contenteditable=true]')
  await field.waitFor()
  await desktop.keyboard.type('Yes, **at once** @An')
  await desktop.getByRole('option', { name: 'Anna' }).click()
  await field.press('Enter')
  await preview.getByText('Yes, at once @Anna').waitFor()
  await expect.poll(() => field.textContent()).toBe('')
  const { data: answer } = await team.as('Ben').from('messages').select('content,mentions').like('text', 'Yes%').single().throwOnError()
  expect(answer.mentions).toEqual([{ kind: 'person', id: await team.idOf('Anna') }])
  expect(JSON.stringify(answer.content)).toContain('"bold"')
  const { data } = await team.as('Anna').rpc('my_inbox', { workspace_id: team.workspace }).throwOnError()
  expect(data).toEqual(
    expect.arrayContaining([expect.objectContaining({ kind: 'mention', excerpt: 'Yes, at once @Anna', actor_names: ['Ben'] })]),
  )
  expect(await axe(desktop)).toEqual([])

  await preview.getByRole('textbox').press('Escape')
  await desktop.keyboard.press('e')
  await desktop.getByText('Nothing waits for you.').waitFor()
  await desktop.getByRole('button', { name: 'Back to the inbox' }).click()
  await notice.waitFor()
}, 60_000)

test('[E2E-INBOX2] what one is told of is chosen in the settings, and holds', async () => {
  const team = await makeTeam(atrium.started, { Olga: 'owner', Ben: 'editor' })
  const page = await open('desktop', team.emailOf('Ben'))
  await page.goto(`${atrium.started.url}/settings/notifications`)
  const mails = page.getByRole('checkbox', { name: 'Somebody mentions you in a room: Mail' })
  await mails.uncheck()
  await page.getByText('Saved.').first().waitFor()
  await page.getByRole('switch', { name: 'Keep quiet each day' }).check()
  await page.getByLabel('From').fill('21:15')
  await page.getByLabel('From').blur()
  const saved = () =>
    team
      .as('Ben')
      .from('notification_settings')
      .select('channels,quiet_from,mail')
      .single()
      .then(({ data }) => data)
  await expect.poll(saved).toMatchObject({ channels: { mention: { mail: false } }, quiet_from: '21:15:00', mail: 'at_once' })
  expect(await axe(page)).toEqual([])
  await page.reload()
  await mails.waitFor()
  expect(await mails.isChecked()).toBe(false)
}, 60_000)
