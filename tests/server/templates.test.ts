import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type Database } from '../support/database.ts'
import { createDocument, createMember, createWorkspace, type User, type Workspace } from '../support/factories.ts'
import { SOON } from './collaboration.ts'
import { type CollaborationProcess, startCollaboration } from './process.ts'

let db: Database
let workspace: Workspace
let editor: User
let server: CollaborationProcess
beforeAll(async () => {
  db = await createDatabase()
  workspace = await createWorkspace(db)
  editor = await createMember(db, workspace, 'editor')
  server = await startCollaboration(db.url('atrium_collab'))
})
afterAll(async () => {
  await server?.end('SIGTERM')
  await db?.drop()
})

const write = async (id: string, markdown: string) => {
  const command = await db.call(editor, 'append_to_document', { id, markdown })
  await expect.poll(async () => (await db.call(editor, 'command_state', { id: command }))[0]?.state, SOON).toBe('done')
}
const contents = async (id: string) => {
  const [row] = await db.admin<{ json: object; text: string }[]>`select json, text from atrium.document_contents where document_id = ${id}`
  return row
}

test('[TPL1] a page made from a template has its text and its pages, with date, title and author filled in as they were formatted', async () => {
  const template = await createDocument(db, workspace, { title: 'Minutes' })
  const child = await createDocument(db, workspace, { title: 'Decisions', parentId: template.id })
  await write(template.id, '# {{ title }}\n\nOn **{{date}}**, {{date}} by {{author}}. {{other}} stays.')
  await write(child.id, 'Of {{title}}')
  const make = { template_id: template.id, id: randomUUID(), title: 'Monday', today: '2026-03-02' }
  await expect(db.call(editor, 'create_from_template', make)).rejects.toMatchObject({ code: 'PT409', detail: 'not_a_template' })
  await db.as(editor, (sql) => sql`update atrium.documents set is_template = true where id = ${template.id}`)
  const made = await db.call(editor, 'create_from_template', make)
  expect(made).toMatchObject({ title: 'Monday', is_template: false })
  expect(await db.call(editor, 'create_from_template', make)).toEqual(made)
  await expect.poll(async () => (await contents(made.id))?.text, SOON).toBe('Monday\nOn 2026-03-02, 2026-03-02 by editor. {{other}} stays.')
  expect(JSON.stringify((await contents(made.id))?.json)).toContain('{"text":"2026-03-02","type":"text","marks":[{"type":"bold"}]}')
  const [copy] = await db.admin<{ id: string }[]>`select id from atrium.documents where parent_id = ${made.id}`
  await expect.poll(async () => (await contents(copy?.id ?? ''))?.text, SOON).toBe('Of Decisions')
  expect((await contents(template.id))?.text).toContain('{{ title }}')
})
