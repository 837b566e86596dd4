import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Person, type StorageServer, startStorage } from './storageSupport.ts'

let storage: StorageServer
let anna: Person
beforeAll(async () => {
  storage = await startStorage({ recheckOn: 'test_access' })
  anna = storage.person()
  await storage.sql`create table public.open (who text)`
  await storage.sql`grant select on public.open to authenticated`
  for (const policy of ['owners read', 'owners add'])
    await storage.sql.unsafe(`create policy "${policy} while it is open" on storage.objects as restrictive for
      ${policy === 'owners read' ? 'select' : 'insert'} to authenticated ${policy === 'owners read' ? 'using' : 'with check'} (exists (select from public.open))`)
})
beforeEach(() => storage.sql`insert into public.open values ('everybody')`)
afterAll(() => storage.stop())

/** Takes the right away, and says so: to a person's uploads and downloads, or to everybody's. */
const close = (userId: string | null) =>
  storage.sql.begin(async (sql) => {
    await sql`delete from public.open`
    await sql`select pg_notify('test_access', ${JSON.stringify({ user_id: userId })})`
  })

function slowUpload(path: string) {
  const request = httpRequest(`${storage.url}/object/docs/${anna.id}/${path}`, {
    method: 'POST',
    headers: { ...anna.headers, 'content-type': 'text/plain', 'transfer-encoding': 'chunked' },
  })
  const sending = setInterval(() => !request.writableEnded && request.write('some text '), 10)
  const status = once(request, 'response').then(([response]: IncomingMessage[]) => response?.statusCode)
  return { request, status: status.finally(() => clearInterval(sending)) }
}

test.for([['the person'], ['everybody']])('[STO37] an upload ends when %s loses the right, and leaves nothing', async ([whom]) => {
  const before = storage.files().length
  const { request, status } = slowUpload('slow')
  await expect.poll(() => storage.files().length).toBe(before + 1)
  // Somebody else's rights are no reason.
  await storage.sql`select pg_notify('test_access', ${JSON.stringify({ user_id: storage.person().id })})`
  await close(whom === 'everybody' ? null : anna.id)
  expect(await status).toBe(400)
  request.destroy()
  await expect.poll(() => storage.files().length).toBe(before)
})

test('[STO37] an upload goes on when rights change and his do not', async () => {
  const { request, status } = slowUpload('kept')
  await storage.sql`select pg_notify('test_access', '{"user_id": null}')`
  request.end()
  expect(await status).toBe(200)
})

test('[STO37] a download ends when who reads loses the right', async () => {
  const body = Buffer.alloc(40_000_000, 'x')
  expect((await anna.client.storage.from('docs').upload(`${anna.id}/large`, body)).error).toBeNull()
  const request = httpRequest(`${storage.url}/object/authenticated/docs/${anna.id}/large`, { headers: anna.headers }).end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(200)
  await once(response, 'readable')
  await close(anna.id)
  let received = 0
  const reading = async () => {
    for await (const chunk of response as AsyncIterable<Buffer>) received += chunk.length
  }
  await expect(reading()).rejects.toThrow('aborted')
  expect(received).toBeLessThan(body.length)
})
