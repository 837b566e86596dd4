import { expect, test } from 'vitest'
import { ask, queueBehind } from '../../client/src/sync/ask.ts'
import type { Mutation } from '../../client/src/sync/overlay.ts'

const named = (title: string): Mutation => ({ entity: 'document', id: 'a', op: 'change', patch: { title } })

test('[OFF7] a change that comes while others wait goes after them, and is asked for at once when none does', async () => {
  const queued: Mutation[] = []
  const asked: string[] = []
  let isWaiting = true
  queueBehind((mutations) => (isWaiting ? Promise.resolve(void queued.push(...mutations)) : undefined))
  const rename = (title: string) => ask(async () => asked.push(title), named(title))
  expect(await rename('Second')).toBeUndefined()
  expect([queued, asked]).toEqual([[named('Second')], []])
  isWaiting = false
  expect(await rename('Third')).toBe(1)
  expect([queued, asked]).toEqual([[named('Second')], ['Third']])
})

test('[OFF7] what the server refused is told to whoever asked', async () => {
  queueBehind(() => undefined)
  await expect(ask(() => Promise.reject(new Error('no')), named('Never'))).rejects.toThrow()
})
