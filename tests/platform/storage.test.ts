import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, type StorageServer, startStorage } from './storageSupport.ts'

let storage: StorageServer
let anna: Person
let ben: Person

beforeAll(async () => {
  storage = await startStorage()
  anna = storage.person()
  ben = storage.person()
})
afterAll(() => storage.stop())

const docs = (person: Person) => person.client.storage.from('docs')
const textOf = async (person: Person, path: string) => {
  const { data, error } = await docs(person).download(path)
  return error ? `${error.statusCode} ${error.message}` : data.text()
}
/** Uploads a text and gives its path. */
async function put(name: string, text = 'hello', options = {}): Promise<string> {
  const path = `${anna.id}/${name}`
  const { error } = await docs(anna).upload(path, text, { contentType: 'text/plain', ...options })
  expect(error).toBeNull()
  return path
}

test.for([
  ['a string', () => 'content'],
  ['a buffer', () => Buffer.from('content')],
  ['an array buffer', () => new TextEncoder().encode('content').buffer],
  ['a blob', () => new Blob(['content'], { type: 'text/plain' })],
  ['a file', () => new File(['content'], 'name.txt', { type: 'text/plain' })],
  ['a form', () => formOf('content')],
  ['a web stream', () => new Blob(['content']).stream()],
  ['a Node stream', () => Readable.from([Buffer.from('con'), Buffer.from('tent')])],
] as const)('[STO1] %s goes up and comes down', async ([what, body]) => {
  const path = `${anna.id}/bodies/${what.replaceAll(' ', '-')}`
  const { data, error } = await docs(anna).upload(path, body(), { metadata: { from: 'anna' }, cacheControl: '60' })
  expect(error).toBeNull()
  expect(data).toMatchObject({ path, fullPath: `docs/${path}`, id: expect.stringMatching(/^[0-9a-f-]{36}$/) })
  expect(await textOf(anna, path)).toBe('content')
  const info = await docs(anna).info(path)
  expect(info.data).toMatchObject({ size: 7, cacheControl: 'max-age=60', metadata: { from: 'anna' }, bucketId: 'docs', name: path })
})

function formOf(text: string): FormData {
  const form = new FormData()
  form.append('file', new Blob([text], { type: 'text/plain' }))
  return form
}

test('[STO1] a row says whose the file is and what is in it', async () => {
  const path = await put('owned')
  const [row] = await storage.sql`select owner, owner_id, metadata, user_metadata from storage.objects where name = ${path}`
  expect(row).toMatchObject({ owner: anna.id, owner_id: anna.id, metadata: { size: 5, mimetype: 'text/plain', contentLength: 5 } })
})
