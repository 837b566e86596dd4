import { expect, test, vi } from 'vitest'

// The module reads its origin and the page's language.
vi.stubGlobal('location', { origin: 'http://atrium.invalid' })
vi.stubGlobal('document', { documentElement: { lang: 'en' }, querySelector: () => null })
const { effectOf, summaryOf } = await import('../../client/src/access/preview.ts')

const change = (user_id: string, object_type: string, object_id: string, before: string | null, after: string | null) =>
  ({ user_id, name: user_id, object_type, object_id, object_name: object_id, before, after }) as Parameters<typeof summaryOf>[0][number]

test('[CLIENT10] the effect of a change is told from the roles before and after', () => {
  expect(effectOf({ before: 'editor', after: null })).toBe('lose')
  expect(effectOf({ before: null, after: 'viewer' })).toBe('gain')
  expect(effectOf({ before: 'viewer', after: 'owner' })).toBe('more')
  expect(effectOf({ before: 'admin', after: 'commenter' })).toBe('less')
})

test('[CLIENT10] people and things are counted once, what is lost comes first', () => {
  const changes = [
    change('anna', 'space', 'one', null, 'viewer'),
    change('ben', 'document', 'a', 'viewer', null),
    change('ben', 'document', 'b', 'viewer', null),
    change('carl', 'document', 'a', 'editor', null),
    change('carl', 'room', 'r', 'editor', null),
  ]
  expect(summaryOf(changes).map(({ text }) => text)).toEqual([
    '2 people lose access to 2 shared pages and one room.',
    'One person gains access to one space.',
  ])
  expect(summaryOf([])).toEqual([])
})
