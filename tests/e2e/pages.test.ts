import { beforeAll, expect, test } from 'vitest'
import { axe, makeTeam, SIZES, signIn, startAtrium, type Visitor, visit } from './people.ts'

const atrium = startAtrium()
let team: Awaited<ReturnType<typeof makeTeam>>
let anna: Visitor
let ben: Visitor
beforeAll(async () => {
  team = await makeTeam(atrium.started, { 'Anna Berg': 'owner', 'Ben Okafor': 'editor' })
  anna = await visit(atrium.browser, SIZES.desktop)
  ben = await visit(atrium.browser, SIZES.desktop)
  await signIn(anna.page, atrium.started, team.emailOf('Anna Berg'))
  await signIn(ben.page, atrium.started, team.emailOf('Ben Okafor'))
})

const newPage = async (title: string): Promise<string> => {
  const { data } = await team
    .as('Anna Berg')
    .rpc('create_document', { id: crypto.randomUUID(), space_id: team.space, title })
    .throwOnError()
  return data.id
}
const open = async ({ page }: Visitor, id: string) => {
  await page.goto(`${atrium.started.url}/d/${id}`)
  await page.getByRole('textbox', { name: 'Text of the page' }).waitFor()
}
const choose = async ({ page }: Visitor, item: string) => {
  await page.getByRole('button', { name: 'Page actions' }).click()
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}
const text = ({ page }: Visitor) => page.getByRole('textbox', { name: 'Text of the page' })

test('[E2E30] a page with a star stands in the sidebar, in every window of that person', async () => {
  const id = await newPage('Travel list')
  await open(anna, id)
  const second = await anna.page.context().newPage()
  await second.goto(atrium.started.url)
  await choose(anna, 'Add to favourites')
  const favourites = (page: typeof second) => page.getByRole('region', { name: 'Favourites' }).getByRole('link', { name: 'Travel list' })
  await favourites(anna.page).waitFor()
  await favourites(second).waitFor()
  expect.soft(await axe(anna.page)).toEqual([])
  await choose(anna, 'Remove from favourites')
  await favourites(second).waitFor({ state: 'hidden' })
  await second.close()
})

test('[E2E31] a page that is locked refuses typing at once, and takes it again when it is unlocked', async () => {
  const id = await newPage('Price list')
  await open(anna, id)
  await open(ben, id)
  await text(ben).click()
  await ben.page.keyboard.type('Ten crowns')
  await text(anna).getByText('Ten crowns').waitFor()
  await choose(anna, 'Lock')
  await ben.page.getByText('Anna Berg has locked this page.').waitFor()
  await expect.poll(() => text(ben).getAttribute('aria-readonly'), { timeout: 8000 }).toBe('true')
  expect.soft(await axe(ben.page)).toEqual([])
  await anna.page.getByRole('button', { name: 'Unlock' }).click()
  await expect.poll(() => text(ben).getAttribute('aria-readonly'), { timeout: 8000 }).toBe('false')
  await text(ben).click()
  await ben.page.keyboard.press('End')
  await ben.page.keyboard.type(' each')
  await text(anna).getByText('Ten crowns each').waitFor()
})

test('[E2E32] a page is copied with its text', async () => {
  const id = await newPage('Checklist')
  await open(anna, id)
  await text(anna).click()
  await anna.page.keyboard.type('Passport')
  await anna.page.getByText('Saved', { exact: true }).waitFor()
  await choose(anna, 'Duplicate')
  await anna.page.getByRole('heading', { name: 'Checklist (copy)' }).waitFor()
  await text(anna).getByText('Passport').waitFor()
})

test('[E2E33] what is in the trash can be deleted for ever, after a question', async () => {
  const id = await newPage('Old minutes')
  await team.as('Anna Berg').rpc('trash_document', { id }).throwOnError()
  const { page } = anna
  await page.goto(`${atrium.started.url}/docs?view=trash`)
  await page.getByRole('button', { name: 'Delete “Old minutes” for ever' }).click()
  expect.soft(await axe(page)).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: 'Delete for ever', exact: true }).click()
  await page.getByRole('link', { name: 'Old minutes' }).waitFor({ state: 'hidden' })
  const { data } = await team.as('Anna Berg').from('documents').select('id').eq('id', id).throwOnError()
  expect(data).toEqual([])
})

test('[E2E35] a page that was made a template is where the next ones begin, with the date filled in', async () => {
  // A second try finds the template of the first.
  const title = `Minutes ${crypto.randomUUID().slice(0, 8)}`
  const id = await newPage(title)
  await open(anna, id)
  await text(anna).click()
  await anna.page.keyboard.type('Meeting of {{date}}')
  await anna.page.getByText('Saved', { exact: true }).waitFor()
  await choose(anna, 'Make it a template')
  const { page } = ben
  await page.goto(`${atrium.started.url}/docs`)
  await page.getByRole('button', { name: 'From a template' }).click()
  expect.soft(await axe(page)).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: title }).click()
  await text(ben)
    .getByText(/^Meeting of \d{4}-\d\d-\d\d$/)
    .waitFor()
})

test('[E2E36] a page knows which others lead to it, of those that the reader may read', async () => {
  const target = await newPage('Budget')
  const source = await newPage('Plan of the year')
  const command = { id: source, markdown: `See [the budget](${atrium.started.url}/d/${target}).` }
  await team.as('Anna Berg').rpc('append_to_document', command).throwOnError()
  const linked = () => team.as('Anna Berg').from('document_links').select('from_id').eq('to_id', target).throwOnError()
  await expect.poll(async () => (await linked()).data, { timeout: 10_000 }).toEqual([{ from_id: source }])
  const { page } = anna
  await page.goto(`${atrium.started.url}/d/${target}?panel=links`)
  const panel = page.getByRole('complementary', { name: 'Linked pages' })
  await panel.getByRole('link', { name: /Plan of the year/ }).waitFor()
  expect.soft(await axe(page)).toEqual([])
  await panel.getByRole('link', { name: /Plan of the year/ }).click()
  await page.getByRole('heading', { name: 'Plan of the year' }).waitFor()
})

test('[E2E37] whoever has a link reads the page without an account, and nothing in it runs', async () => {
  const id = await newPage('Menu <b>of</b> the day')
  const words = (text: string, href?: string) => ({ type: 'text', text, ...(href && { marks: [{ type: 'link', attrs: { href } }] }) })
  const cell = (text: string) => ({ type: 'tableCell', content: [{ type: 'paragraph', content: [words(text)] }] })
  const content = {
    type: 'doc',
    content: [
      { type: 'heading', attrs: { level: 1 }, content: [words('Soup')] },
      {
        type: 'paragraph',
        content: [
          words('<script>alert(1)</script> with '),
          words('bread', 'https://bread.example/'),
          words(' and '),
          words('salt', 'javascript:alert(1)'),
        ],
      },
      { type: 'table', content: [{ type: 'tableRow', content: [cell('1'), cell('2')] }] },
    ],
  }
  await team.as('Anna Berg').rpc('replace_document', { id, content }).throwOnError()
  const share = async (password: string | null) => {
    const { data } = await team.as('Anna Berg').rpc('create_link', { object_type: 'document', object_id: id, password }).throwOnError()
    return { id: data[0].id as string, address: `${atrium.started.url}/l/${data[0].token}` }
  }
  const open = await share(null)
  const stranger = await visit(atrium.browser, SIZES.phone)
  const { page } = stranger
  // Not often: a visitor may ask for so many pages a second.
  const shown = async () => (await (await fetch(`${open.address}/read`)).text()).includes('Soup')
  await expect.poll(shown, { timeout: 10_000, interval: 500 }).toBe(true)
  await page.goto(open.address)
  await page.getByRole('link', { name: 'Read without an account' }).click()
  await page.getByRole('heading', { name: 'Menu <b>of</b> the day' }).waitFor()
  await page.getByText('<script>alert(1)</script> with bread and salt').waitFor()
  expect(await page.getByRole('cell').allTextContents()).toEqual(['1', '2'])
  const links = await page.getByRole('link').evaluateAll((all) => all.map((link) => link.getAttribute('href')))
  expect(links).toEqual(['https://bread.example/', expect.stringMatching(/^\/l\/.*\/open$/)])
  expect(await page.locator('script').count()).toBe(0)
  expect.soft(await axe(page)).toEqual([])
  expect((await fetch(`${open.address}/read`)).headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; img-src 'self'; media-src 'self'; style-src 'sha256-[^']+'; form-action 'self'/,
  )

  const closed = await share('open sesame')
  await page.goto(`${closed.address}/read`)
  await page.getByLabel('Password of the link').fill('not this one')
  const refused = page.waitForResponse((response) => response.status() === 403)
  await page.getByRole('button', { name: 'Open the page' }).click()
  await refused
  await page.getByRole('alert').getByText('This password is wrong.').waitFor()
  expect.soft(await axe(page)).toEqual([])
  await page.getByLabel('Password of the link').fill('open sesame')
  await page.getByRole('button', { name: 'Open the page' }).click()
  await page.getByRole('heading', { name: 'Soup' }).waitFor()

  await team.as('Anna Berg').rpc('delete_link', { link_id: closed.id }).throwOnError()
  expect((await fetch(`${closed.address}/read`)).status).toBe(404)
  await team.as('Anna Berg').rpc('trash_document', { id }).throwOnError()
  expect((await fetch(`${open.address}/read`)).status).toBe(404)
  expect((await fetch(`${open.address}/read`, { method: 'POST', body: 'x'.repeat(20_000) })).status).toBe(413)
  expect(stranger.complaints.filter((complaint) => !complaint.includes('403'))).toEqual([])
})

test('[LNK8] who has a link sees the pictures of the page and saves its files, of this page and under its password alone', async () => {
  const [id, other] = [await newPage('Menu with pictures'), await newPage('Menu of tomorrow')]
  const me = team.as('Anna Berg')
  const drawing = await anna.page.screenshot({ clip: { x: 0, y: 0, width: 320, height: 120 } })
  const put = async (bucket: string, page: string, bytes: Uint8Array | string, contentType: string) => {
    const name = `${page}/${crypto.randomUUID()}${bucket === 'document-images' ? '.png' : ''}`
    const { error } = await me.storage.from(bucket).upload(name, bytes, { contentType })
    expect(error).toBeNull()
    return { src: `/storage/v1/object/authenticated/${bucket}/${name}`, file: `${bucket}/${name}` }
  }
  const image = await put('document-images', id, drawing, 'image/png')
  const script = await put('document-files', id, '<script>alert(1)</script>', 'application/octet-stream')
  const hidden = await put('document-images', other, drawing, 'image/png')
  const content = {
    type: 'doc',
    content: [
      { type: 'image', attrs: { src: image.src, alt: 'A bowl of soup' } },
      { type: 'file', attrs: { src: script.src, name: 'recipe.html', size: 25, mime: 'text/html' } },
      { type: 'image', attrs: { src: hidden.src, alt: 'Of another page' } },
    ],
  }
  await me.rpc('replace_document', { id, content }).throwOnError()
  const { data } = await me.rpc('create_link', { object_type: 'document', object_id: id, password: 'open sesame' }).throwOnError()
  const address = `${atrium.started.url}/l/${data[0].token}/read`
  const post = () => fetch(address, { method: 'POST', body: new URLSearchParams({ password: 'open sesame' }) })
  await expect.poll(async () => (await post()).text(), { timeout: 10_000 }).toContain('A bowl of soup')

  const stranger = await visit(atrium.browser, SIZES.phone)
  const { page } = stranger
  await page.goto(address)
  await page.getByLabel('Password of the link').fill('open sesame')
  await page.getByRole('button', { name: 'Open the page' }).click()
  const widthOf = (alt: string) =>
    page.getByRole('img', { name: alt }).evaluate((shown: HTMLImageElement) => shown.complete && shown.naturalWidth)
  await expect.poll(() => widthOf('A bowl of soup')).toBe(320)
  expect(await widthOf('Of another page')).toBe(0)
  expect.soft(await axe(page)).toEqual([])
  const saved = page.waitForEvent('download')
  await page.getByRole('link', { name: 'recipe.html' }).click()
  expect((await saved).suggestedFilename()).toBe('recipe.html')

  const linkOf = async (name: string) => new URL((await page.getByRole('link', { name }).getAttribute('href')) ?? '', address)
  const recipe = await linkOf('recipe.html')
  const ask = async (file: string | null, pass = recipe.searchParams.get('pass')) => {
    const query = new URLSearchParams({ ...(file !== null && { file }), ...(pass !== null && { pass }) })
    return fetch(`${address}?${query}`)
  }
  const bytes = await ask(script.file)
  expect(await bytes.text()).toBe('<script>alert(1)</script>')
  expect(Object.fromEntries(bytes.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
    'content-security-policy': expect.stringMatching(/^default-src 'none'; sandbox/),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  })
  expect((await ask(image.file)).headers.get('content-type')).toBe('image/png')
  const part = await fetch(recipe, { headers: { range: 'bytes=1-6' } })
  expect([part.status, await part.text()]).toEqual([206, 'script'])
  for (const [file, pass] of [
    [image.file, ''],
    [image.file, `${Math.floor(Date.now() / 1000) + 60}.${'0'.repeat(64)}`],
    [hidden.file],
    [`document-images/${id}/${crypto.randomUUID()}.png`],
    [`document-images/${id}/../${hidden.file.split('/').slice(1).join('/')}`],
    ['../../../auth/v1/health'],
    [''],
  ] as const)
    expect([file, (await ask(file, pass)).status]).toEqual([file, 404])
  expect((await fetch(recipe, { method: 'POST', body: 'x' })).status).toBe(405)

  await me.rpc('delete_link', { link_id: data[0].id }).throwOnError()
  expect((await ask(image.file)).status).toBe(404)
  expect(stranger.complaints.filter((complaint) => !complaint.includes('404'))).toEqual([])
})

test('[E2E34] all of that without a complaint of the browser', () => {
  expect([...anna.complaints, ...ben.complaints]).toEqual([])
})
