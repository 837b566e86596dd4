import { expect, test } from 'vitest'
import { bodyOf, type CommentNode, safeAddress, typedOf } from '../../../client/src/documents/comments/commentBody.ts'
import { mentionAt, peopleLike, withMentioned } from '../../../client/src/documents/comments/mentions.ts'

const ANN = { id: '0190f5fe-7c00-7a00-8000-000000000001', label: 'Ann' }
const ANNA = { id: '0190f5fe-7c00-7a00-8000-000000000002', label: 'Anna Berg' }
const text = (words: string, ...marks: object[]) => ({ type: 'text', text: words, ...(marks.length > 0 && { marks }) })
const [bold, italic, code] = [{ type: 'bold' }, { type: 'italic' }, { type: 'code' }]
const link = (href: string) => ({ type: 'link', attrs: { href } })
const mention = ({ id, label }: typeof ANN) => ({ type: 'mention', attrs: { kind: 'person', id, label } })

// biome-ignore format: the table is the specification
const TYPED = [
  ['plain',                             [text('plain')]],
  ['**bold** and *light*',              [text('bold', bold), text(' and '), text('light', italic)]],
  ['**all *of* it**',                   [text('all ', bold), text('of', bold, italic), text(' it', bold)]],
  ['`a **b** c`',                       [text('a **b** c', code)]],
  ['2 * 3 * 4 and snake_case_name',     [text('2 * 3 * 4 and snake_case_name')]],
  ['see https://example.com/a_b_c.',    [text('see '), text('https://example.com/a_b_c', link('https://example.com/a_b_c')), text('.')]],
  ['javascript:alert(1)',               [text('javascript:alert(1)')]],
  ['@Anna Berg and @Ann, @Bob',         [mention(ANNA), text(' and '), mention(ANN), text(', @Bob')]],
  ['**@Ann**',                          [mention(ANN)]],
  ['<b>no</b>',                         [text('<b>no</b>')]],
] as const

test.for(TYPED)('[CCMT1] what is typed as %s', ([typed, nodes]) => {
  expect(bodyOf(typed, [ANN, ANNA]).content).toEqual([{ type: 'paragraph', content: nodes }])
})

test('[CCMT2] what is edited is typed as before, and says the same when it is sent again', () => {
  for (const [typed] of TYPED) {
    const body = bodyOf(`${typed}\n\nand more`, [ANN, ANNA])
    const again = typedOf(body)
    expect(bodyOf(again.text, again.mentioned)).toEqual(body)
  }
})

test('[CCMT3] ten thousand signs of a format take no time', () => {
  for (const sign of ['*', '**', '_', '`', '**a', '*a ', '@'])
    expect(bodyOf(sign.repeat(10_000 / sign.length), [ANN]).content).toHaveLength(1)
})

test('[CCMT4] links lead to the web and to mailboxes alone', () => {
  const kept = ['https://example.com/', 'http://localhost/', 'mailto:a@example.com']
  for (const href of kept) expect(safeAddress(href)).toBe(href)
  for (const href of ['javascript:alert(1)', ' javascript:alert(1)', 'data:text/html,x', '//example.com', 'x', ''])
    expect([href, safeAddress(href)]).toEqual([href, undefined])
})

test('[CCMT5] a mention is looked for behind an @ that begins a word, among those who may read the page', () => {
  const at = (typed: string) => mentionAt(typed, typed.length)
  expect(at('Hello @an')).toEqual({ start: 6, query: 'an' })
  expect(at('(@')).toEqual({ start: 1, query: '' })
  expect(at('@Anna Be')).toEqual({ start: 0, query: 'Anna Be' })
  for (const typed of ['mail@example', '@Anna Berg is', 'none']) expect([typed, at(typed)]).toEqual([typed, null])
  const people = [
    { id: '1', name: 'Zoë Anders', may_read: true },
    { id: '2', name: 'Anna Berg', may_read: true },
    { id: '3', name: 'Anton', may_read: false },
  ]
  expect(peopleLike(people, 'an').map(({ id }) => id)).toEqual(['1', '2'])
  expect(peopleLike(people, 'ZOE').map(({ id }) => id)).toEqual(['1'])
  expect(withMentioned([{ id: '1', label: 'Ann' }], { id: '2', label: 'Ann' })).toEqual([{ id: '2', label: 'Ann' }])
})

test('[CCMT6] every node is one that the server takes', () => {
  const kinds = (nodes: readonly CommentNode[] = []) =>
    nodes.flatMap((node) => [node.type, ...(node.type === 'text' ? (node.marks ?? []).map(({ type }) => type) : [])])
  const found = TYPED.flatMap(([typed]) => bodyOf(typed, [ANN, ANNA]).content ?? []).flatMap(({ content }) => kinds(content))
  expect([...new Set(found)].sort()).toEqual(['bold', 'code', 'italic', 'link', 'mention', 'text'])
})
