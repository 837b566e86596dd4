import { expect, test } from 'vitest'
import { axe, makeTeam, SIZES, sidewaysScroll, signIn, startAtrium, visit } from './people.ts'

const atrium = startAtrium()

test('[E2E40] an admin looks as a guest would: what he may do, what he sees and why, and not what is hidden from the admin', {
  timeout: 120_000,
}, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor', Gus: 'guest' })
  const [page1, group, hidden] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()]
  const gus = await team.idOf('Gus')
  await team.as('Anna').rpc('create_document', { id: page1, space_id: team.space, title: 'Launch plan' }).throwOnError()
  await team.as('Anna').rpc('create_group', { id: group, workspace_id: team.workspace, name: 'Friends' }).throwOnError()
  await team.as('Anna').rpc('add_group_member', { group_id: group, user_id: gus }).throwOnError()
  const share = { object_type: 'document', object_id: page1 }
  await team
    .as('Anna')
    .rpc('share_item', { ...share, role: 'commenter', group_id: group })
    .throwOnError()
  await team
    .as('Anna')
    .rpc('share_item', { ...share, role: 'viewer', user_id: gus })
    .throwOnError()
  await team.as('Ben').rpc('create_space', { id: hidden, workspace_id: team.workspace, name: 'Hidden', private: true }).throwOnError()
  await team.as('Ben').rpc('set_space_member', { space_id: hidden, user_id: gus, role: 'viewer' }).throwOnError()

  const { page, complaints } = await visit(atrium.browser, SIZES.phone)
  await signIn(page, atrium.started, team.emailOf('Anna'))
  await page.goto(`${atrium.started.url}/admin/access`)
  await page.getByLabel('See it as').selectOption('Gus')
  await page.getByText('You look at the workspace as Gus.').waitFor()
  const alone = page.getByRole('list', { name: 'Private rooms, and what is shared by itself' }).getByRole('listitem')
  await alone.filter({ hasText: 'Launch plan' }).filter({ hasText: 'Shared with the group Friends as commenter.' }).waitFor()
  expect(await alone.first().textContent()).toContain('Also: a share, as Viewer')
  expect(await page.getByText('Hidden').count()).toBe(0)
  expect.soft(await axe(page)).toEqual([])
  expect(await sidewaysScroll(page)).toBe(0)
  // One line of tabs, with the shown one in view.
  const tabs = page.getByRole('navigation', { name: 'Administration' })
  expect((await tabs.boundingBox())?.height).toBeLessThan(60)
  const [bar, current] = [await tabs.boundingBox(), await tabs.getByRole('link', { name: 'View as' }).boundingBox()]
  expect(current?.x).toBeGreaterThanOrEqual(bar?.x ?? 0)
  expect((current?.x ?? 0) + (current?.width ?? 0)).toBeLessThanOrEqual((bar?.x ?? 0) + (bar?.width ?? 0))

  await page.getByLabel('See it as').selectOption('Ben')
  const spaces = page.getByRole('list', { name: 'Spaces' }).getByRole('listitem')
  await spaces.filter({ hasText: 'General' }).filter({ hasText: 'The role in the workspace is editor.' }).waitFor()
  await page.getByText('one page and one room').click()
  await spaces.getByText('Launch plan').waitFor()
  await page.getByLabel('See it as').selectOption('Viewer')
  await page.getByRole('region', { name: 'What a new Viewer sees' }).getByText('General').waitFor()
  await page.getByRole('button', { name: 'Stop' }).click()
  expect(await page.getByText('You look at the workspace').count()).toBe(0)
  expect(complaints).toEqual([])
})

test('[E2E41] an admin sees what files take, by space and person, and the largest', { timeout: 120_000 }, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor' })
  const id = crypto.randomUUID()
  await team.as('Anna').rpc('create_document', { id, space_id: team.space, title: 'Launch plan' }).throwOnError()
  const { page, complaints } = await visit(atrium.browser, SIZES.desktop)
  await signIn(page, atrium.started, team.emailOf('Anna'))
  await page.goto(`${atrium.started.url}/admin/storage`)
  await page.getByText('No files yet.').waitFor()
  for (const [name, bytes] of [
    ['Ben', 3_400_000],
    ['Anna', 250_000],
  ] as const) {
    const body = new Blob([new Uint8Array(bytes)], { type: 'application/octet-stream' })
    const { error } = await team.as(name).storage.from('document-files').upload(`${id}/${crypto.randomUUID()}`, body)
    expect(error).toBeNull()
  }
  await page.reload()
  await page.getByText('3.7 MB in 2 files').waitFor()
  await page.getByRole('region', { name: 'By person' }).getByText('3.4 MB').waitFor()
  const largest = page.getByRole('region', { name: 'Largest files' }).getByRole('listitem')
  expect(await largest.first().textContent()).toContain('3.4 MB')
  expect.soft(await axe(page)).toEqual([])
  await largest.first().getByRole('link', { name: 'File in Launch plan' }).click()
  await page.getByRole('heading', { name: 'Launch plan' }).waitFor()
  expect(complaints).toEqual([])
})

test('[E2E42] who has an address of the right domain joins by himself, and may wave the offer away', { timeout: 120_000 }, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner' })
  const others = await makeTeam(atrium.started, { Otto: 'owner', Paul: 'viewer' })
  const anna = await visit(atrium.browser, SIZES.desktop)
  await signIn(anna.page, atrium.started, team.emailOf('Anna'))
  await anna.page.goto(`${atrium.started.url}/admin/policy`)
  await anna.page.getByRole('radio', { name: 'People with these e-mail domains' }).check()
  await anna.page.getByLabel('E-mail domains', { exact: true }).fill('example.com')
  await anna.page.getByLabel('Role of who joins').selectOption('commenter')
  await anna.page.getByRole('button', { name: 'Save' }).click()
  await anna.page.getByText('Saved.').waitFor()
  await anna.page.getByRole('region', { name: 'This server' }).getByText('Everybody can make one.').waitFor()
  await anna.page.getByRole('region', { name: 'This server' }).getByText('last until somebody ends them.').waitFor()
  expect.soft(await axe(anna.page)).toEqual([])

  const otto = await visit(atrium.browser, SIZES.phone)
  await signIn(otto.page, atrium.started, others.emailOf('Otto'))
  const offers = otto.page.getByRole('region', { name: 'Open to you' })
  await offers.getByText('You may join Northlight Studio as Commenter.').waitFor()
  expect.soft(await axe(otto.page)).toEqual([])
  await offers.getByRole('button', { name: 'Join Northlight Studio' }).click()
  await offers.waitFor({ state: 'hidden' })
  await anna.page.goto(`${atrium.started.url}/people`)
  await anna.page.getByRole('listitem').filter({ hasText: 'Otto' }).waitFor()

  const paul = await visit(atrium.browser, SIZES.desktop)
  await signIn(paul.page, atrium.started, others.emailOf('Paul'))
  await paul.page.getByRole('button', { name: 'Not now' }).click()
  await paul.page.getByRole('region', { name: 'Open to you' }).waitFor({ state: 'hidden' })
  await paul.page.reload()
  await paul.page.waitForLoadState('networkidle')
  expect(await paul.page.getByRole('region', { name: 'Open to you' }).count()).toBe(0)
  await paul.page.goto(`${atrium.started.url}/setup?new`)
  await paul.page.getByRole('button', { name: 'Join Northlight Studio' }).waitFor()
  expect([...anna.complaints, ...otto.complaints, ...paul.complaints]).toEqual([])
})

test('[E2E49] an admin gives a membership an end, and takes it away again', { timeout: 120_000 }, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor' })
  const { page, complaints } = await visit(atrium.browser, SIZES.phone)
  await signIn(page, atrium.started, team.emailOf('Anna'))
  await page.goto(`${atrium.started.url}/people`)
  const ben = page.getByRole('list', { name: 'Members' }).getByRole('listitem').filter({ hasText: 'Ben' })
  const ask = async (day: string) => {
    await ben.getByRole('button', { name: /Ben/ }).click()
    await page.getByRole('menuitem', { name: 'Set an end…' }).click()
    await page.getByLabel('Last day').fill(day)
    await page.getByRole('button', { name: 'Save' }).click()
  }
  await ask('2001-01-31')
  await page.getByText('This day is over.').waitFor()
  expect.soft(await axe(page)).toEqual([])
  await page.getByLabel('Last day').fill('2099-01-31')
  await page.getByRole('button', { name: 'Save' }).click()
  await ben.getByText(/until .*2099/).waitFor()
  const ends = async () =>
    (
      await team
        .as('Anna')
        .from('members')
        .select('expires_at')
        .eq('user_id', await team.idOf('Ben'))
        .single()
    ).data
  expect((await ends())?.expires_at).toMatch(/^2099-0[12]/)
  expect(await sidewaysScroll(page)).toBe(0)
  await ask('')
  await ben.getByText(/until/).waitFor({ state: 'hidden' })
  expect((await ends())?.expires_at).toBeNull()
  expect(complaints).toEqual([])
})

test('[E2E154] an admin finds the spaces of the archive, and brings one back', { timeout: 120_000 }, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner' })
  const id = crypto.randomUUID()
  await team.as('Anna').rpc('create_space', { id, workspace_id: team.workspace, name: 'Old campaign', private: true }).throwOnError()
  await team.as('Anna').rpc('archive_space', { space_id: id }).throwOnError()
  const { page, complaints } = await visit(atrium.browser, SIZES.phone)
  await signIn(page, atrium.started, team.emailOf('Anna'))
  await page.goto(`${atrium.started.url}/admin/spaces`)
  const spaces = page.getByRole('list', { name: 'Spaces' }).getByRole('listitem')
  await spaces.filter({ hasText: 'General' }).getByText('Open to the workspace').waitFor()
  await spaces.getByText(/Private, one person or group · in the archive since/).waitFor()
  expect.soft(await axe(page)).toEqual([])
  expect(await sidewaysScroll(page)).toBe(0)
  await spaces.getByRole('button', { name: 'Bring back Old campaign' }).click()
  await spaces.getByRole('link', { name: 'Old campaign' }).waitFor()
  await page.goto(`${atrium.started.url}/s/${id}`)
  await page.getByRole('heading', { name: 'Old campaign' }).waitFor()
  expect(complaints).toEqual([])
})

test('[E2E153] members are found by a part of their name or address; a guest finds no list', { timeout: 120_000 }, async () => {
  const team = await makeTeam(
    atrium.started,
    Object.fromEntries([
      ['Anna', 'owner'],
      ['Benjamin Blume', 'editor'],
      ['Zoë Zander', 'viewer'],
      ['Gus', 'guest'],
    ]),
  )
  const { page, complaints } = await visit(atrium.browser, SIZES.phone)
  await signIn(page, atrium.started, team.emailOf('Anna'))
  await page.goto(`${atrium.started.url}/people`)
  const found = page.getByRole('main').getByRole('listitem')
  const search = page.getByLabel('Find people')
  await search.fill('blume')
  await expect.poll(() => found.count()).toBe(1)
  await found.getByText('Benjamin Blume', { exact: true }).waitFor()
  await search.fill('zoe')
  await expect.poll(() => found.count()).toBe(1)
  await found.getByText('Zoë Zander', { exact: true }).waitFor()
  await search.fill(team.emailOf('Gus').slice(0, 7))
  await expect.poll(() => found.count()).toBe(1)
  await found.getByText('Gus', { exact: true }).waitFor()
  await search.fill('nobody of this name')
  await page.getByText('Nobody here is called that.').waitFor()
  expect.soft(await axe(page)).toEqual([])

  const gus = await visit(atrium.browser, SIZES.phone)
  await signIn(gus.page, atrium.started, team.emailOf('Gus'))
  await gus.page.goto(`${atrium.started.url}/people`)
  await gus.page.getByText('Only members see who is here.').waitFor()
  expect(await gus.page.getByLabel('Find people').count()).toBe(0)
  expect(await gus.page.getByText('Benjamin Blume').count()).toBe(0)
  const { data } = await team.as('Gus').from('members').select('user_id').throwOnError()
  expect(data).toHaveLength(1)
  expect((await team.as('Gus').rpc('workspace_members', { workspace_id: team.workspace })).error?.details).toBe('role_too_low')
  expect([...complaints, ...gus.complaints]).toEqual([])
})

test('[E2E150] members are looked for and invited without leaving the administration', { timeout: 120_000 }, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor' })
  const { page, complaints } = await visit(atrium.browser, SIZES.tablet)
  await signIn(page, atrium.started, team.emailOf('Anna'))
  await page.goto(`${atrium.started.url}/admin/audit`)
  // The button stands in line with the fields beside it.
  const [field, button] = await Promise.all([
    page.getByLabel('Since').boundingBox(),
    page.getByRole('button', { name: 'Export as CSV' }).boundingBox(),
  ])
  expect([button?.y, button?.height]).toEqual([field?.y, field?.height])
  const tabs = page.getByRole('navigation', { name: 'Administration' })
  await page.goto(`${atrium.started.url}/admin`)
  await page.getByRole('heading', { name: 'Administration: Members' }).waitFor()
  expect(await tabs.getByRole('link', { name: 'Members', exact: true }).getAttribute('aria-current')).toBe('page')
  const members = page.getByRole('list', { name: 'Members' }).getByRole('listitem')
  await expect.poll(() => members.count()).toBe(2)
  await page.getByLabel('Find people').fill('ben')
  await expect.poll(() => members.count()).toBe(1)
  expect.soft(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Invite people' }).click()
  await page.getByRole('dialog', { name: /Invite/ }).waitFor()
  expect(complaints).toEqual([])
})
