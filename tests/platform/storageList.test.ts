import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, type StorageServer, startStorage } from './storageSupport.ts'

let storage: StorageServer
let anna: Person

/** In byte order: capitals before small letters. */
const NAMES = ['B.txt', 'a.txt', 'a/1', 'a/2', 'a/b/3', 'a0', 'ab_c', 'abXc', 'z/1']

beforeAll(async () => {
  storage = await startStorage()
  anna = storage.person()
  for (const name of NAMES) {
    const { error } = await anna.client.storage.from('docs').upload(`${anna.id}/${name}`, name)
    if (error) throw error
  }
  // A folder that anna may not see lies in between.
  await storage.service().storage.from('docs').upload('hidden/file', 'x')
})
afterAll(() => storage.stop())

type ListOptions = Parameters<ReturnType<typeof docs>['list']>[1]
const docs = () => anna.client.storage.from('docs')
const list = async (folder: string, options: ListOptions = {}) => {
  const { data, error } = await docs().list(folder, options)
  if (error) throw error
  return data.map((entry) => (entry.id === null ? `${entry.name}/` : entry.name))
}

test('[STO9] a folder lists its files and its folders, once each', async () => {
  expect(await list('')).toEqual([`${anna.id}/`])
  expect(await list(anna.id)).toEqual(['B.txt', 'a.txt', 'a/', 'a0', 'abXc', 'ab_c', 'z/'])
  expect(await list(`${anna.id}/a`)).toEqual(['1', '2', 'b/'])
  expect(await list(`${anna.id}/a/`)).toEqual(['1', '2', 'b/'])
  expect(await list('nowhere')).toEqual([])
  expect(await list('hidden')).toEqual([])
})

test('[STO9] sorted backwards, by page, and by time', async () => {
  expect(await list(anna.id, { sortBy: { column: 'name', order: 'desc' } })).toEqual(['z/', 'ab_c', 'abXc', 'a0', 'a/', 'a.txt', 'B.txt'])
  expect(await list(anna.id, { limit: 2, offset: 1 })).toEqual(['a.txt', 'a/'])
  expect(await list(anna.id, { limit: 2, offset: 6 })).toEqual(['z/'])
  expect(await list(anna.id, { sortBy: { column: 'created_at', order: 'desc' }, limit: 4 })).toEqual(['z/', 'a/', 'abXc', 'ab_c'])
  expect(await list(anna.id, { sortBy: { column: 'updated_at', order: 'asc' }, offset: 2 })).toEqual([
    'B.txt',
    'a.txt',
    'a0',
    'ab_c',
    'abXc',
  ])
})

test('[STO9] a search finds by the beginning, whatever the case, and takes no character for a wildcard', async () => {
  expect(await list(anna.id, { search: 'b' })).toEqual(['B.txt'])
  expect(await list(anna.id, { search: 'AB_' })).toEqual(['ab_c'])
  expect(await list(anna.id, { search: '%' })).toEqual([])
  expect(await list(anna.id, { search: 'a/b' })).toEqual(['a/b/'])
})

/** All pages, one after the other. */
async function pages(options: Parameters<ReturnType<typeof docs>['listV2']>[0]): Promise<string[][]> {
  const found: string[][] = []
  let cursor: string | undefined
  do {
    const { data, error } = await docs().listV2({ ...options, ...(cursor ? { cursor } : {}) })
    if (error) throw error
    found.push([...data.folders, ...data.objects].map(({ name }) => name.slice(anna.id.length + 1)))
    expect(data.hasNext).toBe(data.nextCursor !== undefined)
    cursor = data.nextCursor
  } while (cursor)
  return found
}

test.for([
  ['asc', ['B.txt', 'a.txt', 'a/1', 'a/2', 'a/b/3', 'a0', 'abXc', 'ab_c', 'z/1']],
  ['desc', ['z/1', 'ab_c', 'abXc', 'a0', 'a/b/3', 'a/2', 'a/1', 'a.txt', 'B.txt']],
] as const)('[STO10] list v2 pages through names, %s', async ([order, names]) => {
  expect((await pages({ prefix: `${anna.id}/`, limit: 2, sortBy: { column: 'name', order } })).flat()).toEqual(names)
  expect((await pages({ prefix: `${anna.id}/`, limit: 1000, sortBy: { column: 'name', order } })).flat()).toEqual(names)
})

test.for(['asc', 'desc'] as const)('[STO10] list v2 pages through folders, %s', async (order) => {
  const found = await pages({ prefix: `${anna.id}/`, limit: 3, with_delimiter: true, sortBy: { column: 'name', order } })
  const all = ['B.txt', 'a.txt', 'a/', 'a0', 'abXc', 'ab_c', 'z/']
  expect(found.map((page) => page.length)).toEqual([3, 3, 1])
  expect(found.flat().sort()).toEqual([...all].sort())
})

test.for([
  ['created_at', 'asc', false],
  ['created_at', 'desc', true],
  ['updated_at', 'asc', true],
  ['updated_at', 'desc', false],
] as const)('[STO10] list v2 pages by %s %s, by folder: %s', async ([column, order, byFolder]) => {
  const options = { prefix: `${anna.id}/`, with_delimiter: byFolder, sortBy: { column, order } }
  const whole = (await pages({ ...options, limit: 100 })).flat()
  expect((await pages({ ...options, limit: 1 })).flat().sort()).toEqual([...whole].sort())
  expect(new Set(whole).size).toBe(byFolder ? 7 : 9)
})

test('[STO10] a prefix need not end at a folder', async () => {
  expect((await pages({ prefix: `${anna.id}/a` })).flat()).toEqual(['a.txt', 'a/1', 'a/2', 'a/b/3', 'a0', 'abXc', 'ab_c'])
  expect((await pages({ prefix: `${anna.id}/a`, with_delimiter: true })).flat().sort()).toEqual(['a.txt', 'a/', 'a0', 'abXc', 'ab_c'])
  expect((await pages({ prefix: 'hidden/' })).flat()).toEqual([])
})

test.for([
  ['list', { prefix: 5 }],
  ['list', {}],
  ['list', { prefix: '', limit: 0 }],
  ['list', { prefix: '', offset: -1 }],
  ['list', { prefix: '', sortBy: { column: 'owner; drop table storage.objects' } }],
  ['list', { prefix: '', noncurrentVersions: 'include' }],
  ['list-v2', { cursor: 'nonsense' }],
  ['list-v2', { cursor: Buffer.from('["a\\u0000","name",false,null]').toString('base64url') }],
  ['list-v2', { limit: 'ten' }],
  ['list-v2', []],
] as const)('[STO9] %s with %j is refused', async ([kind, body]) => {
  const response = await fetch(`${storage.url}/object/${kind}/docs`, { method: 'POST', headers: anna.headers, body: JSON.stringify(body) })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ statusCode: '400', message: expect.any(String) })
})

test.for(['a\0b', '../../etc', '%', 'näme', `${'x/'.repeat(600)}`])('[STO9] nothing lies below %j', async (prefix) => {
  expect(await list(prefix)).toEqual([])
})
