import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { keepingLateWords } from '../../../hocuspocus-server/src/history/lateWords.ts'
import { type Restore, restoring, UnknownContentError } from '../../../hocuspocus-server/src/history/restore.ts'
import { type ProseMirrorNode, toProseMirror } from '../../../hocuspocus-server/src/projections.ts'
import { FRAGMENT } from '../../../hocuspocus-server/src/protocol.ts'
import { ANNA, BEN, edit, type Live, liveDocument, paragraph, random, timelineOfRows } from './people.ts'

const restore = (live: Live, options: Restore) => {
  const update = restoring(timelineOfRows(live.rows), options)
  if (update) Y.applyUpdate(live.document, update, ANNA)
  return update
}

const lines = (live: Live) => (live.json().content ?? []).map(({ content }) => (content ?? []).map(({ text }) => text).join(''))

test.for(Array.from({ length: 20 }, (_, index) => index + 1))(
  '[HIST3] a restored version is what it was, and what others type meanwhile stays (seed %i)',
  (seed) => {
    const chance = random(seed)
    const live = liveDocument()
    live.document.clientID = chance.fresh()
    live.write(ANNA, [paragraph('The first line of the page'), paragraph('and the second')])
    const count = 20 + chance.below(200)
    const cut = chance.below(count)
    let then = { time: live.now(), json: live.json() }
    for (let done = 0; done < count; done++) {
      edit(live, chance.next() < 0.5 ? ANNA : BEN, chance)
      if (done === cut) {
        then = { time: live.now(), json: live.json() }
        live.wait(1)
      }
    }
    // Somebody has the page open and types before he hears of it.
    const other = new Y.Doc()
    Y.applyUpdate(other, Y.encodeStateAsUpdate(live.document))
    const mine = new Y.XmlElement('paragraph')
    mine.insert(0, [new Y.XmlText('typed in the same second')])
    other.getXmlFragment(FRAGMENT).insert(chance.below(other.getXmlFragment(FRAGMENT).length + 1), [mine])
    restore(live, { time: then.time })
    expect(live.json()).toEqual(then.json)
    Y.applyUpdate(live.document, Y.encodeStateAsUpdate(other), BEN)
    const after = live.json().content ?? []
    expect(after.filter((node) => JSON.stringify(node) !== JSON.stringify(paragraph('typed in the same second')))).toEqual(
      then.json.content,
    )
    expect(after).toHaveLength((then.json.content ?? []).length + 1)
  },
)

test('[HIST3] who is writing in a new line goes on writing in it', () => {
  const live = liveDocument()
  live.write(ANNA, [paragraph('one')])
  const time = live.now()
  live.wait(60_000)
  live.write(ANNA, [paragraph('one'), paragraph('regretted')])
  live.wait(60_000)
  live.write(BEN, [paragraph('one'), paragraph('regretted'), paragraph('seen ')])
  const until = live.now()
  const text = (live.fragment.get(2) as Y.XmlElement).get(0) as Y.XmlText
  // These words arrive before the version is worked out …
  live.document.transact(() => text.insert(text.length, 'unseen '), BEN)
  const update = restoring(timelineOfRows(live.rows), { time, asking: { authorId: ANNA, until } })
  // … and these after it.
  live.document.transact(() => text.insert(text.length, 'and on'), BEN)
  Y.applyUpdate(live.document, update as Uint8Array, ANNA)
  expect(lines(live)).toEqual(['one', 'unseen and on'])
  // A minute later nobody is writing there any more.
  live.wait(60_000)
  restore(live, { time, asking: { authorId: ANNA, until: live.now() } })
  expect(lines(live)).toEqual(['one'])
})

const twoLines = () => {
  const live = liveDocument()
  live.write(ANNA, [paragraph('one')])
  const time = live.now()
  live.wait(60_000)
  live.write(ANNA, [paragraph('one'), paragraph('regretted')])
  live.wait(60_000)
  return { live, time }
}

/** Somebody who has the page open and does not hear of anything for a while. */
const away = (live: Live, write: (fragment: Y.XmlFragment) => void) => {
  const other = new Y.Doc()
  Y.applyUpdate(other, Y.encodeStateAsUpdate(live.document))
  const known = Y.encodeStateVector(other)
  write(other.getXmlFragment(FRAGMENT))
  return Y.encodeStateAsUpdate(other, known)
}

const restoreAndGather = (live: Live, time: number, ...late: Uint8Array[]) => {
  const until = live.now()
  restore(live, { time, asking: { authorId: ANNA, until } })
  const restoredAt = live.now()
  for (const update of late) {
    Y.applyUpdate(live.document, update, BEN)
    // The log keeps what came; the document has already forgotten what was in a deleted block.
    Object.assign(live.rows.at(-1) as object, { update })
  }
  const gathered = keepingLateWords(timelineOfRows(live.rows), { authorId: ANNA, restoredAt, until })
  if (gathered) Y.applyUpdate(live.document, gathered, ANNA)
  return gathered
}

test('[HIST3] words that somebody was typing in a line while a restore took it away come back, and nothing else of it', () => {
  const { live, time } = twoLines()
  const words = away(live, (fragment) => {
    const text = (fragment.get(1) as Y.XmlElement).get(0) as Y.XmlText
    text.insert(text.length, ' but ')
    text.insert(text.length, 'mine', { bold: {} })
  })
  restoreAndGather(live, time, words)
  expect(live.json().content?.slice(1)).toEqual([
    {
      type: 'paragraph',
      content: [
        { type: 'text', text: ' but ' },
        { type: 'text', text: 'mine', marks: [{ type: 'bold' }] },
      ],
    },
  ])
})

test('[HIST3] where nobody was typing, nothing comes back', () => {
  const { live, time } = twoLines()
  expect(restoreAndGather(live, time)).toBeNull()
  const elsewhere = twoLines()
  const words = away(elsewhere.live, (fragment) => ((fragment.get(0) as Y.XmlElement).get(0) as Y.XmlText).insert(3, ' and more'))
  restoreAndGather(elsewhere.live, elsewhere.time, words)
  expect(lines(elsewhere.live)).toEqual(['one and more'])
})

test('[HIST3] words in a point of a list come back in the list, or in a line of their own when the list is gone', () => {
  const item = (text: string): ProseMirrorNode => ({ type: 'listItem', content: [paragraph(text)] })
  const list = (...texts: string[]): ProseMirrorNode => ({ type: 'bulletList', content: texts.map(item) })
  const live = liveDocument()
  live.write(ANNA, [list('a', 'b')])
  const time = live.now()
  live.wait(60_000)
  live.write(ANNA, [list('a', 'b', 'c', 'd'), list('x')])
  live.wait(60_000)
  const words = away(live, (fragment) => {
    for (const text of fragment.createTreeWalker((node) => node instanceof Y.XmlText))
      if ('cdx'.includes(String(text))) (text as Y.XmlText).insert(1, ` by Ben at ${text}`)
  })
  restoreAndGather(live, time, words)
  expect(live.json().content).toEqual([list('a', 'b', ' by Ben at c', ' by Ben at d'), list(' by Ben at x')])
})

test('[HIST3] a block with what no document can hold is not brought back, and it is said why', () => {
  const live = liveDocument()
  live.document.transact(() => live.fragment.insert(0, [new Y.XmlElement('evil')]), ANNA)
  const time = live.now()
  live.wait(1)
  live.document.transact(() => live.fragment.delete(0, 1), ANNA)
  expect(() => restore(live, { time, block: 0 })).toThrow(UnknownContentError)
})

test('[HIST3] a restore can be restored', () => {
  const live = liveDocument()
  live.write(ANNA, [paragraph('one')])
  const first = live.now()
  live.wait(1)
  live.write(BEN, [paragraph('two'), paragraph('three')])
  const second = { time: live.now(), json: live.json() }
  live.wait(1)
  restore(live, { time: first })
  expect(lines(live)).toEqual(['one'])
  restore(live, { time: second.time })
  expect(live.json()).toEqual(second.json)
  expect(restoring(timelineOfRows(live.rows), { time: live.now() })).toBeNull()
})

test('[HIST4] taking back what one person did leaves what the others did', () => {
  const live = liveDocument()
  live.write(ANNA, [paragraph('shared'), paragraph('goes')])
  const time = live.now()
  live.wait(1)
  live.write(BEN, [paragraph('shared by Ben'), paragraph('Ben begins')])
  live.write(ANNA, [paragraph('shared by Ben'), paragraph('Ben begins and Anna goes on'), paragraph('Anna')])
  restore(live, { time, authorId: BEN })
  const text = lines(live).join('\n')
  expect(text).toContain('and Anna goes on')
  expect(text).toContain('Anna')
  expect(text).not.toContain('Ben')
  expect(text).toContain('goes')
})

test('[HIST5] one block comes back as it was, at its place, and nothing else changes', () => {
  const live = liveDocument()
  live.write(ANNA, [paragraph('a'), paragraph('b'), paragraph('c')])
  const time = live.now()
  live.wait(1)
  live.document.transact(() => live.fragment.delete(1, 1), BEN)
  live.document.transact(() => ((live.fragment.get(0) as Y.XmlElement).get(0) as Y.XmlText).insert(1, ' changed'), BEN)
  live.document.transact(() => ((live.fragment.get(1) as Y.XmlElement).get(0) as Y.XmlText).insert(1, ' changed'), BEN)
  restore(live, { time, block: 1 })
  expect(lines(live)).toEqual(['a changed', 'b', 'c changed'])
  restore(live, { time, block: 0 })
  expect(lines(live)).toEqual(['a', 'b', 'c changed'])
  expect(() => restore(live, { time, block: 3 })).toThrow()
})

test('[HIST3] a thousand changes are taken back in a kilobyte', () => {
  const live = liveDocument()
  const text = new Y.XmlText('x'.repeat(20_000))
  live.document.transact(() => {
    const element = new Y.XmlElement('paragraph')
    element.insert(0, [text])
    live.fragment.insert(0, [element])
  }, ANNA)
  const time = live.now()
  live.wait(1)
  for (let count = 0; count < 1_000; count++) live.document.transact(() => text.insert(10_000 + count, 'y'), BEN)
  const update = restore(live, { time })
  expect(update?.length).toBeLessThan(1_000)
  expect(toProseMirror(live.fragment).content?.[0]?.content?.[0]?.text).toBe('x'.repeat(20_000))
})
