import { expect, test } from 'vitest'
import { plainText } from '../../../client/src/islands/composer/plainText.ts'
import type { ContentNode } from '../../../client/src/islands/contract.ts'
import { isEmojiAlone, saidOf } from '../../../client/src/rooms/content.ts'

const text = (words: string, ...marks: string[]): ContentNode => ({
  type: 'text',
  text: words,
  ...(marks.length > 0 ? { marks: marks.map((type) => ({ type })) } : {}),
})
const paragraph = (...content: ContentNode[]): ContentNode => ({ type: 'paragraph', content })
const doc = (...content: ContentNode[]): ContentNode => ({ type: 'doc', content })
const item = (words: string): ContentNode => ({ type: 'listItem', content: [paragraph(text(words))] })
const mention = (attrs: Record<string, unknown>): ContentNode => ({ type: 'mention', attrs })

test('[CROOM10] what a message says to those who only have the text', () => {
  const said = doc(
    paragraph(
      text('See '),
      mention({ kind: 'person', id: 'a', label: 'Ann' }),
      text(' and '),
      mention({ kind: 'all', id: null, label: null }),
    ),
    { type: 'bulletList', content: [item('one'), item('two')] },
    { type: 'orderedList', attrs: { start: 3, type: null }, content: [item('three')] },
    { type: 'blockquote', content: [paragraph(text('quoted')), paragraph(text('twice'))] },
    { type: 'codeBlock', attrs: { language: 'js' }, content: [text('a()\n  b()')] },
  )
  expect(plainText(said)).toBe('See @Ann and @all\n- one\n- two\n3. three\n> quoted\n> twice\na()\n  b()')
})

test('[CROOM10] nesting without end is cut off, not followed', () => {
  let deep: ContentNode = paragraph(text('deep'))
  for (let level = 0; level < 100_000; level++) deep = { type: 'blockquote', content: [deep] }
  expect(plainText(doc(deep))).not.toContain('deep')
})

test('[CROOM10] plain words are sent without a document, and without the empty lines around them', () => {
  const written = doc(paragraph(), paragraph(text('first')), paragraph(), paragraph(text('second')), paragraph())
  expect(saidOf({ content: written, text: plainText(written) })).toEqual({ content: null, text: 'first\n\nsecond' })
})

test('[CROOM10] what is sent has the attributes that Postgres takes, and no titles of pages', () => {
  const page = '0190a000-0000-7000-8000-000000000001'
  const written = doc(
    paragraph(text('bold', 'bold'), mention({ kind: 'document', id: page, label: null }), mention({ kind: 'here', id: null, label: null })),
    paragraph({ type: 'text', text: 'link', marks: [{ type: 'link', attrs: { href: 'https://a.example/', title: 'x' } }] }),
    { type: 'orderedList', attrs: { start: 1, type: null }, content: [item('one')] },
    { type: 'codeBlock', attrs: { language: null }, content: [text('x')] },
  )
  expect(saidOf({ content: written, text: plainText(written) }).content).toEqual(
    doc(
      paragraph(
        text('bold', 'bold'),
        mention({ kind: 'document', id: page, label: `/d/${page}` }),
        mention({ kind: 'here', label: 'here' }),
      ),
      paragraph({ type: 'text', text: 'link', marks: [{ type: 'link', attrs: { href: 'https://a.example/' } }] }),
      { type: 'orderedList', attrs: { start: 1 }, content: [item('one')] },
      { type: 'codeBlock', content: [text('x')] },
    ),
  )
})

// biome-ignore format: the table is the specification
test.for([
  ['👍',            true],
  ['👍🏽 ❤️ 👩‍👩‍👧',     true],
  ['🇩🇪🇫🇷',          true],
  ['1️⃣',            true],
  ['👍 yes',        false],
  ['1',             false],
  ['',              false],
  ['👍'.repeat(13), false],
] as const)('[CROOM11] is %s emoji alone', ([words, alone]) => {
  expect(isEmojiAlone(words)).toBe(alone)
})
