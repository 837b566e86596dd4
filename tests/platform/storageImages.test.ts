import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, type StorageServer, startStorage } from './storageSupport.ts'

let storage: StorageServer
let owner: Person
let stranger: Person
let path: string

beforeAll(async () => {
  storage = await startStorage()
  owner = await signedUp('Olga')
  stranger = await signedUp('Sven')
  const document = randomUUID()
  path = `${document}/${randomUUID()}.png`
  const [workspace, space] = [randomUUID(), randomUUID()]
  await storage.sql.begin(async (sql) => {
    await sql`select set_config('request.jwt.claims', ${JSON.stringify({ role: 'authenticated', sub: owner.id })}, true)`
    await sql`select set_config('role', 'authenticated', true)`
    await sql`select atrium.create_workspace(${workspace}, 'Team')`
    await sql`select atrium.create_space(${space}, ${workspace}, 'Secret', true)`
    await sql`select atrium.create_document(${document}, ${space})`
  })
})
afterAll(() => storage.stop())

/** A person with an account: the profile is made by a trigger. */
async function signedUp(name: string): Promise<Person> {
  const person = storage.person()
  await storage.sql`
    insert into auth.users (id, aud, role, email, email_confirmed_at, raw_user_meta_data)
    values (${person.id}, 'authenticated', 'authenticated', ${`${name}@example.org`}, now(), ${storage.sql.json({ name })})`
  return person
}

const images = (person: Person) => person.client.storage.from('document-images')
const PNG = Buffer.from('89504e470d0a1a0a', 'hex')

test('[STO36] an image belongs to its document: who may write it adds, who may read it sees, nobody else', async () => {
  const png = { contentType: 'image/png' }
  expect((await images(stranger).upload(path, PNG, png)).error).toMatchObject({ statusCode: '403' })
  expect((await images(owner).upload(path, PNG, png)).error).toBeNull()
  expect((await images(owner).upload(path, PNG, png)).error).toMatchObject({ statusCode: '409' })
  const own = await images(owner).download(path)
  expect(Buffer.from((await own.data?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(PNG)
  expect((await images(stranger).download(path)).error).toMatchObject({ statusCode: '404' })
  expect((await images(stranger).list(path.split('/')[0])).data).toEqual([])
  expect((await images(owner).list(path.split('/')[0])).data).toHaveLength(1)
})

test('[STO36] what is no image, or has no place in a document, is refused', async () => {
  const folder = path.split('/')[0]
  expect((await images(owner).upload(`${folder}/${randomUUID()}.png`, '<script>', { contentType: 'image/svg+xml' })).error).toMatchObject({
    statusCode: '415',
  })
  for (const name of ['loose.png', `${folder}/short.png`, `${randomUUID()}/${randomUUID()}.png`])
    expect((await images(owner).upload(name, PNG, { contentType: 'image/png' })).error).toMatchObject({ statusCode: '403' })
})
