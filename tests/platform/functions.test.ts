import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, FunctionsHttpError } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFunctions } from '../../supabase/local/functions/functions.ts'
import { makeSecrets } from '../../supabase/local/secrets.ts'
import { createTokens } from '../../supabase/local/tokens.ts'
import { serve } from '../support/serve.ts'

const secrets = makeSecrets()
const tokens = createTokens(secrets)
const directory = mkdtempSync(join(tmpdir(), 'atrium-functions-'))
const log: string[] = []
let server: Awaited<ReturnType<typeof serve>>

function write(name: string, source: string, file = 'index.ts'): void {
  mkdirSync(join(directory, name), { recursive: true })
  writeFileSync(join(directory, name, file), source)
}

beforeAll(async () => {
  write('_shared', `export const greeting = 'Hello'`, 'greeting.ts')
  write(
    'hello',
    `import { greeting } from '../_shared/greeting.ts'
    Deno.serve(async (request) => Response.json({ text: greeting + ' ' + (await request.json()).name, path: new URL(request.url).pathname }))`,
  )
  write('hook', `Deno.serve(() => new Response('open'))`)
  write(
    'whoami',
    `import { createClient } from 'npm:@supabase/supabase-js@2.119.1'
    Deno.serve((request) => Response.json({ token: request.headers.get('authorization'), url: Deno.env.get('SUPABASE_URL'), client: typeof createClient }))`,
  )
  write(
    'stream',
    `Deno.serve(() => new Response(new ReadableStream({ start(c) { for (let i = 0; i < 3; i++) c.enqueue(new TextEncoder().encode(i + ' ')); c.close() } })))`,
  )
  write('broken', `throw new Error('on purpose')`)
  write('crash', `Deno.serve(() => { Deno.exit(3) })`)
  write('refuses', `Deno.serve(() => Response.json({ code: 'teapot', message: 'No coffee' }, { status: 418 }))`)
  write(
    'prison',
    `Deno.serve(async (request) => {
    const tries = { file: () => Deno.readTextFile('/etc/hostname'), write: () => Deno.writeTextFile('x', ''), net: () => Deno.connect({ hostname: '192.0.2.1', port: 80 }),
      run: () => new Deno.Command('/bin/sh').output(), library: async () => Deno.dlopen('libc.so.6', {}) }
    try { await tries[await request.text()](); return new Response('reached') } catch (error) { return new Response(error.name) }
  })`,
  )
  server = await serve(
    await createFunctions({
      directory,
      runDirectory: mkdtempSync(join(tmpdir(), 'atrium-run-')),
      tokens,
      environment: { SUPABASE_URL: 'http://127.0.0.1:1' },
      settings: { hook: { verify_jwt: false }, jobs: { enabled: false } },
      log: (line) => log.push(line),
    }),
  )
})
afterAll(async () => {
  await server.close()
  rmSync(directory, { recursive: true, force: true })
})

const token = () => tokens.sign({ role: 'authenticated', sub: 'anna', exp: Math.floor(Date.now() / 1000) + 60 })
const anna = () =>
  createClient(server.url, secrets.publishableKey, {
    global: { headers: { authorization: `Bearer ${token()}` } },
    auth: { persistSession: false },
  })
const call = (name: string, init: RequestInit = {}) =>
  fetch(`${server.url}/functions/v1/${name}`, { method: 'POST', headers: { authorization: `Bearer ${token()}` }, ...init })

test('[FUN1] invoke reaches the function with its name as the first part of the path', async () => {
  const { data, error } = await anna().functions.invoke('hello', { body: { name: 'Anna' } })
  expect(error).toBeNull()
  expect(data).toEqual({ text: 'Hello Anna', path: '/hello' })
})

test('[FUN2] a function sees who calls, and the packages that are installed, without a network', async () => {
  const { data } = await anna().functions.invoke('whoami')
  expect(data).toMatchObject({ token: expect.stringMatching(/^Bearer ey/), url: 'http://127.0.0.1:1', client: 'function' })
})

test('[FUN3] answers stream, and errors keep their status and body', async () => {
  expect(await (await call('stream')).text()).toBe('0 1 2 ')
  const { error } = await anna().functions.invoke('refuses')
  expect(error).toBeInstanceOf(FunctionsHttpError)
  expect(await (error as FunctionsHttpError).context.json()).toEqual({ code: 'teapot', message: 'No coffee' })
})

test('[FUN4] a function without verify_jwt is open, every other asks for a valid token', async () => {
  expect((await call('hook', { headers: {} })).status).toBe(200)
  expect(await call('hello', { headers: {} })).toMatchObject({ status: 401 })
  expect(await call('hello', { headers: { authorization: 'Bearer a.b.c' } })).toMatchObject({ status: 401 })
})

test.for(['unknown', '_shared', 'jobs', '..%2f..%2fetc', '%00', 'x'.repeat(10_000), ''])('[FUN5] %s is no function: 404', async (name) => {
  const response = await call(name)
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({ code: 'NOT_FOUND' })
})

test('[FUN6] what fails to start or ends without an answer says so, and its reason stays in the log', async () => {
  const broken = await call('broken')
  expect([broken.status, ((await broken.json()) as { code: string }).code]).toEqual([503, 'BOOT_ERROR'])
  expect(log.join('\n')).toContain('on purpose')
  const crash = await call('crash')
  expect([crash.status, ((await crash.json()) as { code: string }).code]).toEqual([502, 'WORKER_ERROR'])
  expect((await call('crash')).status).toBe(502) // A new process answers the next request.
})

test.for(['file', 'write', 'net', 'run', 'library'])('[FUN7] a function is refused what it was not given: %s', async (attempt) => {
  expect(await (await call('prison', { body: attempt })).text()).toBe('NotCapable')
})

test('[FUN8] a change of shared code reaches the next call', async () => {
  write('_shared', `export const greeting = 'Salut'`, 'greeting.ts')
  await expect
    .poll(async () => (await anna().functions.invoke('hello', { body: { name: 'Anna' } })).data?.text, { timeout: 8000 })
    .toBe('Salut Anna')
})
