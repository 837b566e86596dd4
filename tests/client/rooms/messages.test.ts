import { expect, test } from 'vitest'
import { messageItems } from '../../../client/src/rooms/messageItems.ts'
import { emptyLog, merge } from '../../../client/src/rooms/messageLog.ts'
import { textParts } from '../../../client/src/rooms/textParts.ts'
import { message } from './messages.ts'

const row = (seq: number, author: string, time: string) => message(seq, { author_id: author, created_at: `2026-03-${time}:00+00:00` })

const said = merge(emptyLog, [
  row(1, 'anna', '03T10:00'),
  row(2, 'anna', '03T10:04'),
  row(3, 'anna', '03T10:10'),
  row(4, 'ben', '03T10:11'),
  row(5, 'anna', '04T09:00'),
  row(6, 'ben', '04T09:01'),
])
const waiting = {
  id: 'p',
  kind: 'message',
  lane: 'room',
  body: { roomId: 'room', words: { text: 'on its way' } },
  createdAt: '2026-03-04T09:02:00+00:00',
  position: 1,
  problem: null,
}
const shown = (readSeq: number | null, me = 'ben') =>
  messageItems(said, [waiting, { ...waiting, id: 'm6' }], { me, readSeq, dayOf: (time) => time.slice(0, 10) }).map((item) =>
    [item.id, item.startsDay && 'day', item.startsUnread && 'unread', item.startsGroup && 'name'].filter(Boolean).join(' '),
  )

test('[CROOM4] days, names and the unread line stand where they belong', () => {
  expect(shown(2)).toEqual(['m1 day name', 'm2', 'm3 unread name', 'm4 name', 'm5 day name', 'm6 name', 'p'])
})

test('[CROOM4] own messages draw no unread line, and nothing unread draws none', () => {
  expect(shown(3)).toContain('m5 day unread name')
  expect(shown(6).join()).not.toContain('unread')
  expect(shown(null).join()).not.toContain('unread')
})

// biome-ignore format: the table is the specification
test.for([
  ['see https://example.org/a, please',     [['see ', null], ['https://example.org/a', 'https://example.org/a'], [', please', null]]],
  ['(https://example.org/a_(b))',           [['(', null], ['https://example.org/a_(b)', 'https://example.org/a_(b)'], [')', null]]],
  ['www.example.org!',                      [['www.example.org', 'https://www.example.org/'], ['!', null]]],
  ['javascript:alert(1)',                   [['javascript:alert(1)', null]]],
  ['data:text/html,<b>x</b>',               [['data:text/html,<b>x</b>', null]]],
  ['https://',                              [['https://', null]]],
  ['<img src=x onerror=alert(1)>',          [['<img src=x onerror=alert(1)>', null]]],
  ['https://example.org/"onclick="x',       [['https://example.org/', 'https://example.org/'], ['"onclick="x', null]]],
  ['HTTPS://EXAMPLE.ORG',                   [['HTTPS://EXAMPLE.ORG', 'https://example.org/']]],
] as const)('[CROOM5] %s', ([text, parts]) => {
  expect(textParts(text).map((part) => [part.text, part.href])).toEqual(parts)
})

test('[CROOM5] the parts of a message are the message', () => {
  const text = 'a https://b.example, (www.c.example) d.\nhttp://e.example/?f=(g)…'
  expect(
    textParts(text)
      .map((part) => part.text)
      .join(''),
  ).toBe(text)
})
