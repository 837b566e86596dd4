import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DemoLogin, fillWithDemo } from '../../supabase/local/demo/demo.ts'
import { startPlatform, type TestPlatform } from '../support/platform.ts'

const directory = mkdtempSync(join(tmpdir(), 'atrium-demo-'))
let platform: TestPlatform
let login: DemoLogin | null

const fill = (data: string) => fillWithDemo({ ...platform, databaseUrl: platform.databaseUrl('postgres'), mailUrl: null }, data)

beforeAll(async () => {
  platform = await startPlatform({ collab: true })
  login = await fill(directory)
})
afterAll(async () => {
  await platform.stop()
  rmSync(directory, { recursive: true, force: true })
})

test('[DEMO1] whoever signs in finds a team, its documents with text, and its rooms with messages', async () => {
  const client = platform.client()
  expect((await client.auth.signInWithPassword(login as DemoLogin)).error).toBeNull()
  const workspaces = await client.rpc('my_workspaces')
  expect(workspaces.data).toMatchObject([{ name: 'Lighthouse', role: 'owner' }])
  const members = await client.from('members').select('role')
  expect(members.data?.map(({ role }) => role).sort()).toEqual(['admin', 'editor', 'owner', 'viewer'])
  const documents = await client.from('documents').select('title').order('title')
  expect(documents.data?.map(({ title }) => title)).toEqual([
    'Budget',
    'How we decide',
    'Lamps for the winter',
    'Spring release',
    'Welcome to Lighthouse',
  ])
  const messages = await client.from('messages').select('text')
  expect(messages.data?.length).toBeGreaterThan(5)
  await expect.poll(async () => (await client.from('document_contents').select('text')).data?.length, { timeout: 15_000 }).toBe(5)
  const contents = await client.from('document_contents').select('text')
  const words = contents.data?.map(({ text }) => text).join('\n')
  expect(words).toContain('Open this page in a second window and type in both')
  expect(words).toContain('@Ada Lindqvist and @Ben Okafor measured it')
  const made = async (table: string) => (await client.from(table).select('id')).data?.length
  expect([await made('comments'), await made('suggestions')]).toEqual([2, 1])
  expect((await client.from('document_versions').select('name')).data).toContainEqual({ name: 'Sent to the harbour office' })
})

test('[DEMO2] asked again it gives the same login; where real people signed up it adds nothing', async () => {
  expect(await fill(directory)).toEqual(login)
  const elsewhere = mkdtempSync(join(tmpdir(), 'atrium-demo-'))
  expect(await fill(elsewhere)).toBeNull()
  rmSync(elsewhere, { recursive: true })
})
