import { expect, test } from 'vitest'
import type { HistoryNode } from '../../../hocuspocus-server/src/history/answers.ts'
import { diff } from '../../../hocuspocus-server/src/history/diff.ts'
import { matches } from '../../../hocuspocus-server/src/history/sequence.ts'
import { ANNA, BEN, edit, liveDocument, paragraph, random } from './people.ts'

/** One of the two documents, read out of their comparison. */
function side(nodes: HistoryNode[], without: 'added' | 'removed'): HistoryNode[] {
  const kept: HistoryNode[] = []
  for (const { change, by: _, before: __, after: ___, content, ...node } of nodes) {
    if (change === without) continue
    const inner = content && side(content, without)
    const last = kept.at(-1)
    const isOneText = last?.text !== undefined && node.text !== undefined && JSON.stringify(last.marks) === JSON.stringify(node.marks)
    if (isOneText) last.text = `${last.text}${node.text}`
    else kept.push({ ...node, ...(inner && inner.length > 0 && { content: inner }) })
  }
  return kept
}

/** What a comparison does not keep of the older document: marks and attributes that changed. */
const words = (nodes: HistoryNode[]): unknown[] =>
  nodes.map(({ type, text, content }) => text ?? [type === 'heading' ? 'paragraph' : type, words(content ?? []).join('')])

test.for(Array.from({ length: 30 }, (_, index) => index + 1))(
  '[HIST8] a comparison holds both documents, whole and in order (seed %i)',
  (seed) => {
    const chance = random(seed)
    const live = liveDocument()
    live.document.clientID = chance.fresh()
    live.write(ANNA, [paragraph('The first line of the page'), paragraph('and the second')])
    for (let count = chance.below(60); count > 0; count--) edit(live, ANNA, chance)
    const before = structuredClone(live.json().content ?? [])
    for (let count = chance.below(60); count > 0; count--) edit(live, BEN, chance)
    const after = live.json().content ?? []
    const { content } = diff(before, after)
    expect(side(content, 'removed')).toEqual(after)
    expect(words(side(content, 'added'))).toEqual(words(before))
    const places = (key: 'before' | 'after') => content.flatMap((node) => node[key] ?? [])
    expect(places('before')).toEqual(before.map((_, index) => index))
    expect(places('after')).toEqual(after.map((_, index) => index))
  },
)

// biome-ignore format: the table is the specification
test.for([
  ['the cat sat',        'the dog sat',            'the -cat-+dog+ sat'],
  ['the cat sat',        'the cat sat down',       'the cat sat+ down+'],
  ['a b c d e f',        'a x y d e f',            'a -b c-+x y+ d e f'],
  ['don’t stop',         'don’t ever stop',        'don’t +ever +stop'],
  ['我喜欢茶',            '我喜欢咖啡',              '我喜欢-茶-+咖啡+'],
] as const)('[HIST8] %s → %s', ([before, after, expected]) => {
  const { content } = diff([paragraph(before)], [paragraph(after)])
  const shown = content[0]?.content?.map(({ text, change }) => (change === 'added' ? `+${text}+` : change === 'removed' ? `-${text}-` : text))
  expect(shown?.join('')).toBe(expected)
})

test('[HIST8] a word that two people wrote is one word', () => {
  const after = [
    {
      type: 'paragraph',
      by: ANNA,
      content: [
        { type: 'text', text: 'neigh', by: ANNA },
        { type: 'text', text: 'bours', by: BEN },
      ],
    },
  ]
  expect(diff([paragraph('neighbours')], after).content).toEqual([
    {
      type: 'paragraph',
      before: 0,
      after: 0,
      content: [
        { type: 'text', text: 'neigh' },
        { type: 'text', text: 'bours' },
      ],
    },
  ])
})

test('[HIST8] what is entirely different is compared in time', () => {
  const one = Array.from({ length: 20_000 }, (_, index) => `a${index}`)
  const other = Array.from({ length: 20_000 }, (_, index) => `b${index}`)
  const startedAt = performance.now()
  expect(matches(['x', ...one, 'y'], ['x', ...other, 'y'])).toEqual([
    [0, 0],
    [20_001, 20_001],
  ])
  expect(performance.now() - startedAt).toBeLessThan(5_000)
})
