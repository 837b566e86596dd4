import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createSavedState } from '../../../client/src/documents/savedState.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('[CDOC1] while somebody types the word stays the same, and soon after the last letter it says that all is saved', () => {
  const [state, hear] = createSavedState()
  hear('saved')
  expect(state()).toBe('saved')
  for (let letter = 0; letter < 20; letter++) {
    hear('saving')
    expect(state()).toBe('saving')
    vi.advanceTimersByTime(20)
    hear('saved')
    vi.advanceTimersByTime(100)
    expect(state()).toBe('saving')
  }
  vi.advanceTimersByTime(300)
  expect(state()).toBe('saved')
})

test('[CDOC1] what is no longer saved is said at once', () => {
  const [state, hear] = createSavedState()
  for (const next of ['saving', 'saved', 'offline'] as const) hear(next)
  expect(state()).toBe('offline')
  vi.advanceTimersByTime(1_000)
  expect(state()).toBe('offline')
})
