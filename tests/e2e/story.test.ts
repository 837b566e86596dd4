import { beforeAll, expect, test } from 'vitest'
import { axe, firstLink, mailTo, PASSWORD, SIZES, startAtrium, type Visitor, visit } from './people.ts'

const atrium = startAtrium()
let anna: Visitor
let ben: Visitor
beforeAll(async () => {
  anna = await visit(atrium.browser, SIZES.desktop)
  ben = await visit(atrium.browser, SIZES.phone)
})

test('[E2E1] somebody new signs up, confirms the address and creates a workspace', async () => {
  const { page } = anna
  await page.goto(atrium.started.url)
  await page.getByRole('link', { name: 'Create one' }).click()
  await page.getByRole('button', { name: 'Create account' }).click()
  expect(await page.getByText('Enter the name that others see.').isVisible()).toBe(true)
  await page.getByLabel('Your name').fill('Anna Berg')
  await page.getByLabel('E-mail address').fill('anna@example.com')
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  expect.soft(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('heading', { name: 'Look into your mailbox' }).waitFor()
  await page.goto(firstLink(await mailTo(atrium.started, 'anna@example.com', /Confirm/)))
  await page.getByLabel('Name of the workspace').fill('Northlight Studio')
  expect.soft(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Create workspace' }).click()
  await page.getByText(/^Good \w+, Anna\.$/).waitFor()
  expect.soft(await axe(page)).toEqual([])
})

test('[E2E2] she invites somebody, who signs up by phone and lands in her workspace', async () => {
  await anna.page.getByRole('link', { name: 'People' }).click()
  await anna.page.getByRole('button', { name: 'Invite people' }).first().click()
  const dialog = anna.page.getByRole('dialog', { name: 'Invite people' })
  await dialog.getByLabel('E-mail addresses').fill('ben@example.com')
  await dialog.getByRole('radio', { name: /Editor/ }).check()
  expect.soft(await axe(anna.page)).toEqual([])
  await dialog.getByRole('button', { name: 'Send invitation' }).click()
  await anna.page.getByRole('heading', { name: 'Open invitations' }).waitFor()

  const { page } = ben
  await page.goto(firstLink(await mailTo(atrium.started, 'ben@example.com', /invited you/)))
  await page.getByRole('heading', { name: 'Join Northlight Studio' }).waitFor()
  expect.soft(await axe(page)).toEqual([])
  await page.getByText('Create an account').click()
  expect(await page.getByLabel('E-mail address').inputValue()).toBe('ben@example.com')
  await page.getByLabel('Your name').fill('Ben Okafor')
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Create account' }).click()
  const code = /\b\d{6}\b/.exec((await mailTo(atrium.started, 'ben@example.com', /Confirm/)).text)?.[0] ?? ''
  await page.getByLabel('Code from the e-mail').fill(code)
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page.getByRole('button', { name: 'Join Northlight Studio' }).click()
  await page.getByText(/^Good \w+, Ben\.$/).waitFor()
  // Without a reload, he is among the people and no longer among the invited.
  await anna.page.getByRole('list', { name: 'Members' }).getByText('ben@example.com').waitFor()
  await anna.page.getByRole('heading', { name: 'Open invitations' }).waitFor({ state: 'hidden' })
})

test('[E2E3] both write in one page and see each other', async () => {
  await anna.page.getByRole('link', { name: 'Home' }).click()
  await anna.page.getByRole('button', { name: /Write the first page/ }).click()
  await anna.page.getByRole('textbox', { name: 'Title' }).fill('Launch plan')
  await anna.page.keyboard.press('Enter')
  const hers = anna.page.getByRole('textbox', { name: 'Text of the page' })
  await hers.click()
  await anna.page.keyboard.type(
    '# What ships\nThe launch runs on **one page**.\n- Hero film\n\n[ ] Press kit\n\n> Quote\n\n```ts\nconst ready = true',
  )

  await ben.page.getByRole('link', { name: 'Pages' }).click()
  await ben.page
    .getByRole('link', { name: /Launch plan/ })
    .first()
    .click()
  const his = ben.page.getByRole('textbox', { name: 'Text of the page' })
  await expect.poll(() => his.getByRole('heading', { name: 'What ships' }).count()).toBe(1)
  for (const selector of ['strong', 'ul li', 'ul[data-type=taskList] li', 'blockquote', 'pre code'])
    expect(await his.locator(selector).count(), selector).toBeGreaterThan(0)
  await his.getByText('Hero film').click()
  await ben.page.keyboard.press('End')
  await ben.page.keyboard.type(' and trailer')
  await expect.poll(() => hers.textContent()).toContain('Hero film and trailer')
  await anna.page.getByText('Ben Okafor', { exact: true }).first().waitFor() // The name at his caret.
  await ben.page.getByText('Saved', { exact: true }).waitFor()
  await anna.page.getByText('Saved', { exact: true }).waitFor()
  expect.soft([await axe(anna.page), await axe(ben.page)]).toEqual([[], []])
})

test('[E2E4] a picture that is pasted is stored and seen by the other', async () => {
  await anna.page.getByRole('textbox', { name: 'Text of the page' }).getByText('Press kit', { exact: true }).click()
  await anna.page.evaluate(pastePicture)
  for (const { page } of [anna, ben]) {
    const picture = page.getByRole('textbox', { name: 'Text of the page' }).locator('figure img')
    await expect
      .poll(() => picture.evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth)), { timeout: 8000 })
      .toEqual([64])
  }
})

test('[E2E5] both talk in one room: live, typing, edited, deleted', async () => {
  await anna.page.getByRole('link', { name: 'general', exact: true }).click()
  await ben.page.getByRole('textbox', { name: 'Text of the page' }).blur() // While he writes, the formatting bar stands where the tabs are.
  await ben.page.getByRole('link', { name: 'Rooms', exact: true }).click()
  await ben.page
    .getByRole('link', { name: /general/ })
    .first()
    .click()
  const say = async ({ page }: Visitor, text: string) => {
    await page.getByRole('textbox', { name: 'Message general' }).fill(text)
    await page.keyboard.press('Enter')
  }
  await say(anna, 'Is the proof at the printer?')
  await ben.page.getByText('Is the proof at the printer?').waitFor()
  await ben.page.getByRole('textbox', { name: 'Message general' }).pressSequentially('Sind')
  await anna.page.getByText('Ben Okafor is typing').waitFor()
  await say(ben, 'Since noon')
  await anna.page.getByText('Since noon').waitFor()
  expect.soft([await axe(anna.page), await axe(ben.page)]).toEqual([[], []])

  await anna.page.getByRole('textbox', { name: 'Message general' }).press('ArrowUp')
  const change = anna.page.getByRole('textbox', { name: 'Change your message' })
  await change.fill('Is the proof there?')
  await change.press('Enter')
  await ben.page.getByText('Is the proof there?').waitFor()
  await ben.page.getByText('edited').waitFor()
})

test('[E2E6] nobody saw an error in the console', () => {
  expect({ anna: anna.complaints, ben: ben.complaints }).toEqual({ anna: [], ben: [] })
})

/** In the page: what a paste of a screenshot does. */
async function pastePicture(): Promise<void> {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 64
  canvas.getContext('2d')?.fillRect(8, 8, 48, 48)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve))
  const clipboardData = new DataTransfer()
  clipboardData.items.add(new File([blob ?? ''], 'proof.png', { type: 'image/png' }))
  document.querySelector('.ProseMirror')?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
}
