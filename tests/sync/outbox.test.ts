import { expect, test, vi } from 'vitest'
import { ProblemError } from '../../client/src/errors.ts'
import { backOffMs, createOutbox, type News, type Outbox, type OutboxStore } from '../../client/src/sync/outbox.ts'
import { makeStore } from './network.ts'

type Send = (body: unknown, id: string) => Promise<unknown>

/** The tabs of one browser: they share a store and a lock, and hear each other. */
function browser(send: Send, store: OutboxStore = makeStore()) {
  const tabs: Outbox[] = []
  const waiting: (() => void)[] = []
  let isHeld = false
  return {
    store,
    open(): Outbox {
      const tab = createOutbox({
        store,
        senders: { note: send },
        tell: (news: News) => {
          for (const other of tabs) if (other !== tab) other.told(structuredClone(news))
        },
        lead(run) {
          if (isHeld) waiting.push(run)
          else run()
          isHeld = true
        },
        retryMs: () => 1,
      })
      tabs.push(tab)
      return tab
    },
    /** The tab that leads goes; the next one takes over. */
    close(tab: Outbox) {
      tab.close()
      tabs.splice(tabs.indexOf(tab), 1)
      waiting.shift()?.()
    },
  }
}

const note = (id: string, lane = 'room') => ({ id, kind: 'note', lane, body: `body of ${id}` })
const idle = (outbox: Outbox) => vi.waitFor(() => expect(outbox.entries()).toEqual([]))

test('[SYNC1] what waits in one lane arrives in order, whatever fails on the way', async () => {
  const arrived: unknown[] = []
  let calls = 0
  const tab = browser(async (_body, id) => {
    calls += 1
    if (calls % 3 !== 0) throw new ProblemError(0, 'offline', '')
    arrived.push(id)
    return id
  }).open()
  for (const id of ['a', 'b', 'c', 'd']) void tab.add(note(id))
  await idle(tab)
  expect(arrived).toEqual(['a', 'b', 'c', 'd'])
})

test('[SYNC2] what was refused stays with its reason, stops nobody, and can be changed, sent again or discarded', async () => {
  const arrived: unknown[] = []
  const tab = browser(async (body) => {
    if (body === 'body of b') throw new ProblemError(409, 'room_archived', 'This room is archived.')
    arrived.push(body)
  }).open()
  for (const id of ['a', 'b', 'c']) void tab.add(note(id))
  await vi.waitFor(() => expect(arrived).toEqual(['body of a', 'body of c']))
  await vi.waitFor(() => expect(tab.entries().map(({ id, problem }) => [id, problem])).toEqual([['b', 'This room is archived.']]))
  await tab.retry('b', 'other words')
  await idle(tab)
  expect(arrived).toEqual(['body of a', 'body of c', 'other words'])
  void tab.add(note('b'))
  await vi.waitFor(() => expect(tab.entries()[0]?.problem).not.toBeNull())
  await tab.discard('b')
  expect(tab.entries()).toEqual([])
})

test('[SYNC3] a reload finds what was not sent, and sends it', async () => {
  let isOffline = true
  const arrived: unknown[] = []
  const send: Send = async (_body, id) => {
    if (isOffline) throw new ProblemError(0, 'offline', '')
    arrived.push(id)
  }
  const first = browser(send)
  const before = first.open()
  await before.add(note('a'))
  await before.add(note('b'))
  before.close()
  isOffline = false
  const after = browser(send, first.store).open()
  await after.ready
  await idle(after)
  expect(arrived).toEqual(['a', 'b'])
})

test('[SYNC4] one tab sends and all of them show; when it goes, another goes on', async () => {
  let isOffline = true
  const arrived: unknown[] = []
  const both = browser(async (_body, id) => {
    if (isOffline) throw new ProblemError(0, 'offline', '')
    arrived.push(id)
    return id
  })
  const [leader, follower] = [both.open(), both.open()]
  const heard: unknown[] = []
  follower.onArrived('note', (result) => heard.push(result))
  await leader.add(note('a'))
  await follower.add(note('b'))
  for (const tab of [leader, follower]) expect(tab.entries().map(({ id }) => id)).toEqual(['a', 'b'])
  isOffline = false
  await idle(follower)
  expect([arrived, heard]).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ])
  both.close(leader)
  await follower.add(note('c'))
  await idle(follower)
  expect(arrived).toEqual(['a', 'b', 'c'])
})

test('[SYNC5] tries come further and further apart, and not all at once', () => {
  const longest = [1, 2, 3, 4, 5, 6, 20].map((failures) => backOffMs(failures, 1))
  expect(longest).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  expect(backOffMs(3, 0)).toBe(2000)
})
