import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { axe, makeTeam, SIZES, signIn, startAtrium, type Visitor, visit } from './people.ts'

const atrium = startAtrium()
let team: Awaited<ReturnType<typeof makeTeam>>
let anna: Visitor
let ben: Visitor
beforeAll(async () => {
  team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor', Vera: 'viewer' })
  anna = await visit(atrium.browser, SIZES.desktop)
  ben = await visit(atrium.browser, SIZES.phone)
  await signIn(anna.page, atrium.started, team.emailOf('Anna'))
  await signIn(ben.page, atrium.started, team.emailOf('Ben'))
}, 90_000)

const body = (page: Page) => page.getByRole('textbox', { name: 'Text of the page' })

/** What is written on the page, block by block; the names at carets are not. */
const text = (page: Page) =>
  body(page).evaluate((element) => {
    const copy = element.cloneNode(true) as HTMLElement
    for (const caret of copy.querySelectorAll('.caret')) caret.remove()
    return [...copy.children].map((block) => block.textContent)
  })

/** What a paste from another program does. */
const paste = (page: Page, content: Record<string, string>) =>
  page.evaluate((content) => {
    const clipboardData = new DataTransfer()
    for (const [type, data] of Object.entries(content)) clipboardData.setData(type, data)
    document.querySelector('.ProseMirror')?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, content)

/** A new page that both have open, with this text in it. */
async function openTogether(html: string): Promise<void> {
  const id = crypto.randomUUID()
  await team.as('Anna').rpc('create_document', { id, space_id: team.space, title: 'Launch plan' }).throwOnError()
  for (const { page } of [anna, ben]) {
    await page.goto(`${atrium.started.url}/d/${id}`)
    await body(page).waitFor()
  }
  await body(anna.page).click()
  await paste(anna.page, { 'text/html': html })
  await expect.poll(() => text(ben.page)).toEqual(await text(anna.page))
}

test('[EDIT1] an outline leads to each heading and marks the one that is read; words are counted', { timeout: 90_000 }, async () => {
  const filler = '<p>Words that fill a page.</p>'.repeat(30)
  await openTogether(`<h1>What ships</h1>${filler}<h2>Press kit</h2>${filler}<h3>Pictures</h3>${filler}`)
  const { page } = anna
  await page.getByRole('button', { name: 'Outline' }).click()
  const outline = page.getByRole('navigation', { name: 'Outline' })
  await outline.getByRole('button', { name: 'Press kit', exact: true }).click()
  await expect.poll(() => outline.locator('[aria-current]').textContent()).toBe('Press kit')
  await page.keyboard.type('Our ')
  await outline.getByRole('button', { name: 'Our Press kit', exact: true }).waitFor()
  await page.locator('.text-length').getByText('456').waitFor()
  expect.soft(await axe(page)).toEqual([])

  await ben.page.getByRole('button', { name: 'Page actions' }).click()
  await ben.page.getByRole('menuitem', { name: 'Outline' }).click()
  expect.soft(await axe(ben.page)).toEqual([])
  await ben.page.getByRole('button', { name: 'Pictures', exact: true }).click()
  await expect.poll(() => body(ben.page).getByRole('heading', { name: 'Pictures' }).evaluate(isInView)).toBe(true)
  expect(await ben.page.getByRole('navigation', { name: 'Outline' }).count()).toBe(0)
})

/** Lets the browser tell the editor where the caret is: on a busy machine the next key would overtake that. */
const settled = (page: Page) =>
  page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))))

const isInView = (element: Element) => {
  const { top, bottom } = element.getBoundingClientRect()
  return top >= 0 && bottom <= innerHeight
}

test('[EDIT2] words are found and replaced as one step of undo, seen by nobody else', { timeout: 90_000 }, async () => {
  await openTogether('<p>The proof is at the printer. A proof of waterproof paper.</p>')
  const { page } = anna
  await page.keyboard.press('Control+f')
  await page.getByRole('textbox', { name: 'Find on this page' }).fill('Proof')
  await page.getByText('1 of 3', { exact: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('2 of 3', { exact: true }).waitFor()
  expect(await body(ben.page).locator('.found, .caret-selection').count()).toBe(0)
  await page.getByRole('button', { name: 'Whole words' }).click()
  await page.getByText('2 of 2', { exact: true }).waitFor()
  await page.keyboard.press('Control+h')
  await page.getByRole('textbox', { name: 'Replace with' }).fill('sample')
  expect.soft(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Replace all' }).click()
  await page.getByText('2 replaced').waitFor()
  await expect.poll(() => text(ben.page)).toContain('The sample is at the printer. A sample of waterproof paper.')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+z')
  await expect.poll(() => text(ben.page)).toContain('The proof is at the printer. A proof of waterproof paper.')
})

test('[EDIT3] an expression finds and fills in its groups, and one that would take for ever is given up', { timeout: 90_000 }, async () => {
  await openTogether(`<p>Room 12 and room 7. ${'a'.repeat(40)}</p>`)
  const { page } = anna
  await page.keyboard.press('Control+h')
  const find = page.getByRole('textbox', { name: 'Find on this page' })
  await page.getByRole('button', { name: 'Regular expression' }).click()
  await find.fill('(')
  await page.getByText('This is no expression').waitFor()
  await find.fill('(a+)+b')
  await page.getByText('This takes too long').waitFor()
  await find.fill('room (\\d+)')
  await page.getByText(/of 2$/).waitFor()
  await page.getByRole('textbox', { name: 'Replace with' }).fill('hall $1')
  await page.getByRole('button', { name: 'Replace all' }).click()
  await expect.poll(() => text(page)).toContain(`hall 12 and hall 7. ${'a'.repeat(40)}`)
  await find.press('Escape')
  expect(await body(page).evaluate((element) => element === document.activeElement)).toBe(true)
})

/** By hand: one jump of the mouse would not begin a drag. */
async function dragGrip(page: Page, block: string, before: string): Promise<void> {
  const grip = page.locator('.block-grip')
  // It comes to the block that is pointed at a moment later.
  const distance = async () => {
    const [handle, row] = [await grip.boundingBox(), await body(page).getByText(block).boundingBox()]
    return handle && row ? Math.abs(handle.y + handle.height / 2 - row.y - row.height / 2) : Number.POSITIVE_INFINITY
  }
  await body(page).getByText(block).hover()
  await expect.poll(distance).toBeLessThan(12)
  const from = await grip.boundingBox()
  const to = await body(page).getByText(before).boundingBox()
  if (!from || !to) throw new Error('Nothing to drag')
  await page.mouse.move(from.x + 8, from.y + 8)
  await page.mouse.down()
  await page.mouse.move(to.x + 2, to.y + 12, { steps: 5 })
  await page.mouse.move(to.x + 2, to.y + 3, { steps: 3 })
  await page.mouse.up()
}

/** The words of the block in which the editor has its caret: it hears of a click a moment later. */
const caretIn = (page: Page) =>
  body(page).evaluate(
    (element) =>
      (element as unknown as { editor: { state: { selection: { $from: { parent: { textContent: string } } } } } }).editor.state.selection
        .$from.parent.textContent,
  )

test('[EDIT4] blocks move by keys, by dragging their grip and by their menu, items of lists too', { timeout: 90_000 }, async () => {
  await openTogether('<p>One</p><ul><li>Ink</li><li>Paper</li></ul><p>Two</p>')
  const { page } = anna
  await body(page).locator('li p').last().click()
  await expect.poll(() => caretIn(page)).toBe('Paper')
  await page.keyboard.press('Alt+Shift+ArrowUp')
  await expect.poll(() => text(ben.page)).toEqual(['One', 'PaperInk', 'Two'])
  await page.keyboard.press('Alt+Shift+ArrowUp')
  await expect.poll(() => text(ben.page)).toEqual(['PaperInk', 'One', 'Two'])

  await dragGrip(page, 'Two', 'One')
  await expect.poll(() => text(ben.page)).toEqual(['PaperInk', 'Two', 'One'])
  await body(page).getByText('One').hover()
  await page.locator('.block-grip').click()
  expect.soft(await axe(page)).toEqual([])
  await page.getByRole('menuitem', { name: 'Duplicate' }).click()
  await expect.poll(() => text(ben.page)).toEqual(['PaperInk', 'Two', 'One', 'One'])
  await page.keyboard.press('Control+/')
  await page.getByRole('menu', { name: 'Change the block' }).getByText('Heading 2').click()
  await expect.poll(() => body(ben.page).locator('h2').count()).toBe(1)

  await body(ben.page).getByText('Two').tap()
  await expect.poll(() => caretIn(ben.page)).toBe('Two')
  await ben.page.getByRole('button', { name: 'Change the block' }).click()
  await ben.page.getByRole('menuitem', { name: 'Delete' }).click()
  await expect.poll(() => text(page)).toEqual(['PaperInk', 'One', 'One'])
})

test('[EDIT5] who presses a face sees what that person sees, until he scrolls himself', { timeout: 90_000 }, async () => {
  await openTogether(Array.from({ length: 80 }, (_, line) => `<p>Line ${line}.</p>`).join(''))
  const { page } = ben
  await body(anna.page).getByText('Line 3.', { exact: true }).click()
  await page.locator('.view').evaluate((view) => view.scrollTo(0, view.scrollHeight))
  await page.getByRole('button', { name: 'Follow Anna' }).click()
  await page.getByText('Following Anna').last().waitFor()
  const sees = (line: number) => () => body(page).locator('p').nth(line).evaluate(isInView)
  await expect.poll(sees(3)).toBe(true)
  await body(anna.page).getByText('Line 70.', { exact: true }).click()
  await expect.poll(sees(70)).toBe(true)
  expect.soft(await axe(page)).toEqual([])
  await page.locator('.view').dispatchEvent('wheel', { deltaY: -400 })
  await expect.poll(() => page.locator('.follow-banner').count()).toBe(0)
  await body(anna.page).getByText('Line 3.', { exact: true }).click()
  await anna.page.keyboard.type('!')
  await expect.poll(() => text(page)).toContain('Line 3.!')
  expect(await sees(70)()).toBe(true)
})

test('[EDIT6] each takes back only what is his own', { timeout: 90_000 }, async () => {
  await openTogether('<p>Ground</p>')
  // What she pasted is no longer hers to take back.
  await anna.page.reload()
  await body(anna.page).getByText('Ground').click()
  await anna.page.keyboard.press('End')
  await anna.page.keyboard.type(' hers')
  await expect.poll(() => text(ben.page)).toContain('Ground hers')
  await body(ben.page).getByText('Ground').tap()
  await ben.page.keyboard.press('End')
  await ben.page.keyboard.type(' his')
  await expect.poll(() => text(anna.page)).toContain('Ground hers his')
  await anna.page.keyboard.press('Control+z')
  await expect.poll(() => text(ben.page)).toContain('Ground his')
  await ben.page.keyboard.press('Control+z')
  await expect.poll(() => text(anna.page)).toContain('Ground')
})

test('[EDIT7] an editor that fails to show what others write does not write over it', { timeout: 90_000 }, async () => {
  await openTogether('<p>Ground</p>')
  const failing = (when: 'once' | 'always') =>
    body(ben.page).evaluate((element, when) => {
      interface Change {
        getMeta(key: string): { isChangeOrigin?: boolean } | undefined
      }
      interface Field {
        name: string
        apply(change: Change, ...rest: unknown[]): unknown
      }
      const { editor } = element as unknown as { editor: { state: { config: { fields: Field[] } } } }
      const field = editor.state.config.fields.find(({ name }) => name.startsWith('find$'))
      if (!field) throw new Error('There is no such plugin')
      const apply = field.apply
      field.apply = (change, ...rest) => {
        if (!change.getMeta('y-sync$')?.isChangeOrigin) return apply(change, ...rest)
        if (when === 'once') field.apply = apply
        throw new Error('A plugin fails')
      }
    }, when)
  await failing('once')
  await body(anna.page).getByText('Ground').click()
  await anna.page.keyboard.press('End')
  await anna.page.keyboard.type(' zero')
  await expect.poll(() => text(ben.page)).toContain('Ground zero')
  await failing('always')
  await anna.page.keyboard.type(' hour')
  await ben.page
    .getByText(/reload/i)
    .first()
    .waitFor()
  await body(ben.page).click()
  await ben.page.keyboard.type('lost')
  await anna.page.keyboard.type('!')
  await expect.poll(() => text(anna.page)).toContain('Ground zero hour!')
})

test('[EDIT8] what is typed without a network is shown as such, and arrives when the network is back', { timeout: 90_000 }, async () => {
  await openTogether('<p>Ground</p>')
  const { page } = anna
  await page.context().setOffline(true)
  await body(page).getByText('Ground').click()
  await page.keyboard.press('End')
  await page.keyboard.type(' control')
  await page.getByText('Offline', { exact: true }).first().waitFor()
  await page.context().setOffline(false)
  await expect.poll(() => text(ben.page), { timeout: 20_000 }).toContain('Ground control')
  await page.getByText('Saved', { exact: true }).waitFor({ timeout: 20_000 })
})

test('[EDIT9] each block is written from the side of its own words, and a caret at its end makes no line', {
  timeout: 90_000,
}, async () => {
  await openTogether('<p>Hello</p><p>\u05E9\u05DC\u05D5\u05DD</p><ul><li>\u05E2\u05D5\u05DC\u05DD</li></ul>')
  const { page } = ben
  const lines = body(page).locator('p')
  const side = (index: number) =>
    lines.nth(index).evaluate((line) => {
      const range = document.createRange()
      range.selectNodeContents(line)
      const words = range.getBoundingClientRect()
      const box = line.getBoundingClientRect()
      return words.left - box.left < box.right - words.right ? 'left' : 'right'
    })
  expect([await side(0), await side(1), await side(2)]).toEqual(['left', 'right', 'right'])
  expect(
    await body(page)
      .locator('ul')
      .evaluate((list) => getComputedStyle(list).direction),
  ).toBe('rtl')
  const height = await lines.nth(1).evaluate((line) => line.clientHeight)
  await body(anna.page).locator('p').nth(1).click()
  await anna.page.keyboard.press('End')
  await lines.nth(1).locator('.caret').waitFor()
  expect(await lines.nth(1).evaluate((line) => line.clientHeight)).toBe(height)
})

test('[EDIT10] what is far from the caret in a long page rests while somebody types, and is there when he goes to it', {
  timeout: 90_000,
}, async () => {
  await openTogether(Array.from({ length: 500 }, (_, index) => `<p>Paragraph ${index + 1}</p>`).join(''))
  const { page } = anna
  const first = body(page).locator('p').first()
  const rests = () => first.evaluate((block) => getComputedStyle(block).contentVisibility === 'hidden')
  await page.keyboard.press('Control+End')
  await expect
    .poll(async () => {
      await page.keyboard.type('e')
      return rests()
    })
    .toBe(true)
  await expect.poll(rests).toBe(false)
  await expect
    .poll(async () => {
      await page.keyboard.type('e')
      return rests()
    })
    .toBe(true)
  await page.keyboard.press('Control+Home')
  await expect.poll(rests).toBe(false)
  await expect.poll(() => first.evaluate((block) => block.getBoundingClientRect().top > 0)).toBe(true)
})

test('[EDIT11] a link leads to one block, also after it moved, was split and copied; a heading has its link in the outline', {
  timeout: 90_000,
}, async () => {
  await openTogether(`<h2>Plan</h2>${'<p>Filler</p>'.repeat(60)}<p>Paper and ink</p><p>End</p>`)
  const { page } = anna
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  await body(page).getByText('Paper and ink').click()
  await settled(page)
  await page.keyboard.press('Home')
  await page.keyboard.press('Control+/')
  await page.getByRole('menuitem', { name: 'Copy link' }).click()
  await expect.poll(copied).toMatch(/\/d\/[0-9a-f-]{36}#b-[a-z0-9]{10}$/)
  const link = await copied()
  await page.keyboard.press('Alt+Shift+ArrowDown')
  await page.keyboard.press('Control+/')
  await page.getByRole('menuitem', { name: 'Duplicate' }).click()
  await expect.poll(async () => (await text(page)).at(-2)).toBe('Paper and ink')
  await body(page).getByText('Paper and ink').first().click()
  await settled(page)
  await page.keyboard.press('Home')
  for (let letters = 0; letters < 5; letters++) await page.keyboard.press('ArrowRight')
  await settled(page)
  await page.keyboard.press('Enter')
  await expect.poll(async () => (await text(ben.page)).slice(-4)).toEqual(['End', 'Paper', ' and ink', 'Paper and ink'])
  // Where the link leads is told by what lights up.
  await ben.page.goto('about:blank')
  await ben.page.goto(link)
  const marked = () =>
    body(ben.page)
      .locator(':scope > *')
      .evaluateAll((blocks) => blocks.filter((block) => block.getAnimations().length > 0).map((block) => block.textContent))
  await expect.poll(marked).toEqual(['Paper'])
  await expect
    .poll(() =>
      body(ben.page)
        .getByText('Paper', { exact: true })
        .evaluate((block) => block.getBoundingClientRect().top < innerHeight),
    )
    .toBe(true)

  await page.goto(`${page.url().split(/[?#]/)[0]}?panel=outline`)
  const outline = page.getByRole('navigation', { name: 'Outline' })
  await outline.getByRole('button', { name: 'Copy link to Plan' }).click()
  await expect.poll(copied).not.toBe(link)
  await page.goto(link.replace(/.{10}$/, 'aaaaaaaaaa'))
  await page.getByText('What this link leads to is no longer on the page.').waitFor()
})
