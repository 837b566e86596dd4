import { expect, test } from 'vitest'
import { createConversation } from '../../../client/src/rooms/conversation.ts'
import type { MessageRow } from '../../../client/src/rooms/messageLog.ts'
import { message } from './messages.ts'

test('[CROOM7] changes of a message reach the server in the order in which they were made, and the last one stays on the screen', async () => {
  const asked: { text: string; answer: PromiseWithResolvers<MessageRow> }[] = []
  const conversation = createConversation({
    roomId: 'room',
    threadId: null,
    server: {
      contiguous: true,
      newest: async () => [message(1)],
      edit: (_, { text }) => {
        const answer = Promise.withResolvers<MessageRow>()
        asked.push({ text, answer })
        return answer.promise
      },
    } as Partial<Parameters<typeof createConversation>[0]['server']> as Parameters<typeof createConversation>[0]['server'],
    outbox: { entries: () => [], onArrived: () => () => {} } as Partial<Parameters<typeof createConversation>[0]['outbox']> as Parameters<
      typeof createConversation
    >[0]['outbox'],
  })
  await conversation.load()
  const shown = () => conversation.log().get('m1') as MessageRow
  const first = conversation.edit(shown(), { text: 'one', content: null })
  const second = conversation.edit(shown(), { text: 'two', content: null })
  expect(shown().text).toBe('two')
  await Promise.resolve()
  expect(asked.map(({ text }) => text)).toEqual(['one'])
  asked[0]?.answer.resolve(message(1, { text: 'one', edited_at: '2026-03-03T10:01:00+00:00' }))
  await first
  expect(shown().text).toBe('two')
  await expect.poll(() => asked.length).toBe(2)
  asked[1]?.answer.resolve(message(1, { text: 'two', edited_at: '2026-03-03T10:02:00+00:00' }))
  await second
  expect(shown()).toMatchObject({ text: 'two', edited_at: '2026-03-03T10:02:00+00:00' })
})
