import { expect, test } from 'vitest'
import { offersFor } from '../../../client/src/islands/editor/blocks.ts'
import { languageOf, loadHighlighter } from '../../../client/src/islands/editor/highlight.ts'
import { peopleOf } from '../../../client/src/islands/editor/people.ts'
import { isStoredImage } from '../../../hocuspocus-server/src/schema/addresses.ts'

const offer = (label: string, words = '') => ({ name: 'paragraph' as const, label, words, shortcut: '', apply: () => {} })
const offers = [offer('Text'), offer('Heading 1', 'h1 title'), offer('Bullet list', 'ul'), offer('Task list', 'todo')]

// biome-ignore format: the table is the specification
test.for([
  ['',      ['Text', 'Heading 1', 'Bullet list', 'Task list']],
  ['list',  ['Bullet list', 'Task list']],
  ['TODO',  ['Task list']],
  ['h1',    ['Heading 1']],
  ['xyz',   []],
] as const)('[CDOC4] "/%s" offers %j', ([query, labels]) => {
  expect(offersFor(query, offers).map((found) => found.label)).toEqual(labels)
})

const id = '0190c0de-0000-7000-8000-000000000001'

// biome-ignore format: the table is the specification
test.for([
  [`/storage/v1/object/authenticated/document-images/${id}/${id}.png`, true],
  [`/storage/v1/object/authenticated/document-images/${id}/../x.png`, false],
  [`/storage/v1/object/authenticated/avatars/${id}/${id}.png`,        false],
  ['https://tracker.example/pixel.gif',                               false],
  ['data:image/png;base64,AAAA',                                      false],
  ['javascript:alert(1)',                                             false],
  [null,                                                              false],
] as const)('[CDOC5] %s is shown as a picture: %s', ([src, expected]) => {
  expect(isStoredImage(src)).toBe(expected)
})

test('[CDOC6] presence written by a stranger yields people or nothing', () => {
  const states = [
    null,
    7,
    {},
    { user: null },
    { user: { id: 1, name: 'x' } },
    { user: { id: 'a', name: 'n'.repeat(5000) } },
    { user: { id: 'a', name: 'Anna' } },
  ]
  expect(peopleOf(states)).toEqual([{ id: 'a', name: 'Anna' }])
  expect(peopleOf([{ user: { id: 'a', name: 'n'.repeat(5000) } }])[0]?.name).toHaveLength(80)
})

test('[CDOC7] code is coloured by spans that lie inside the text and in order', async () => {
  const text = 'const answer: number = 42 // why'
  const spans = (await loadHighlighter(['typescript'])).spans('typescript', text)
  expect(spans.map((span) => text.slice(span.from, span.to))).toEqual(['const', 'answer', 'number', '42', '// why'])
})

// biome-ignore format: the table is the specification
test.for([
  ['js',          'javascript'],
  ['C++',         'cpp'],
  ['plpgsql',     'sql'],
  ['typescript',  'typescript'],
  ['brainfuck',   null],
  ['constructor', null],
  [null,          null],
] as const)('[CDOC10] code that says it is %s is coloured as %s', ([written, language]) => {
  expect(languageOf(written)).toBe(language)
})
