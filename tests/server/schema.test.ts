import { Node } from '@tiptap/pm/model'
import { prosemirrorJSONToYXmlFragment, yXmlFragmentToProsemirrorJSON } from '@tiptap/y-tiptap'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { toText } from '../../hocuspocus-server/src/projections.ts'
import { documentSchema } from '../../hocuspocus-server/src/schema/documentSchema.ts'

const id = '0190c0de-0000-7000-8000-000000000001'
const picture = `/storage/v1/object/authenticated/document-images/${id}/${id}.png`
const file = `/storage/v1/object/authenticated/document-files/${id}/${id}`

const text = (words: string, ...marks: object[]) => ({ type: 'text', text: words, ...(marks.length > 0 && { marks }) })
const paragraph = (...content: object[]) => ({ type: 'paragraph', attrs: { textAlign: null }, ...(content.length > 0 && { content }) })
const cell = { colspan: 2, rowspan: 1, colwidth: [120, 0], align: 'right' }
const plainCell = { colspan: 1, rowspan: 1, colwidth: null, align: null }

const everything = {
  type: 'doc',
  content: [
    { type: 'heading', attrs: { textAlign: 'center', level: 2 }, content: [text('Plan')] },
    paragraph(
      text('bold', { type: 'bold' }),
      text('page', { type: 'link', attrs: { href: 'https://example.org/', title: 'There' } }),
      text('red', { type: 'textStyle', attrs: { color: 'red' } }),
      text('marked', { type: 'highlight', attrs: { color: 'yellow' } }),
      { type: 'mention', attrs: { kind: 'person', id, label: 'Anna' } },
      { type: 'mention', attrs: { kind: 'date', id: '2026-12-01', label: null } },
      { type: 'inlineMath', attrs: { latex: 'a^2' } },
    ),
    { type: 'blockMath', attrs: { latex: '\\frac{1}{2}' } },
    { type: 'codeBlock', attrs: { language: 'elixir' }, content: [text('x')] },
    { type: 'orderedList', attrs: { start: 3, type: 'a' }, content: [{ type: 'listItem', content: [paragraph(text('one'))] }] },
    { type: 'taskList', content: [{ type: 'taskItem', attrs: { checked: true }, content: [paragraph(text('done'))] }] },
    { type: 'image', attrs: { src: picture, alt: 'A house', title: null, width: 0.5, align: 'right' } },
    { type: 'file', attrs: { src: file, name: 'plan.pdf', size: 4096, mime: 'application/pdf' } },
    {
      type: 'table',
      content: [
        { type: 'tableRow', content: [{ type: 'tableHeader', attrs: cell, content: [paragraph(text('a'))] }] },
        {
          type: 'tableRow',
          content: [
            { type: 'tableCell', attrs: plainCell, content: [paragraph(text('b'))] },
            { type: 'tableCell', attrs: plainCell, content: [paragraph()] },
          ],
        },
      ],
    },
    { type: 'callout', attrs: { kind: 'warning' }, content: [paragraph(text('careful'))] },
    {
      type: 'details',
      content: [
        { type: 'detailsSummary', content: [text('more')] },
        { type: 'detailsContent', content: [{ type: 'blockquote', content: [paragraph(text('said'))] }, { type: 'horizontalRule' }] },
      ],
    },
  ],
}

test('[SCHEMA1] a document with every node and mark survives JSON and Yjs', () => {
  const node = documentSchema.nodeFromJSON(everything)
  node.check()
  expect(node.toJSON()).toMatchObject(everything)
  const fragment = prosemirrorJSONToYXmlFragment(documentSchema, everything, new Y.Doc().getXmlFragment('default'))
  expect(Node.fromJSON(documentSchema, yXmlFragmentToProsemirrorJSON(fragment)).toJSON()).toMatchObject(everything)
})

test('[SCHEMA5] what can be read of mentions, formulas and files is found by search', () => {
  const words = toText(documentSchema.nodeFromJSON(everything).toJSON())
  for (const found of ['@Anna', '2026-12-01', 'a^2', '\\frac{1}{2}', 'plan.pdf', 'careful']) expect(words).toContain(found)
  const strange = {
    type: 'constructor',
    attrs: { name: 'x' },
    content: [{ type: 'mention', attrs: { kind: 'document', label: 'Secret' } }],
  }
  expect(toText(strange)).toBe('')
})

const hostile = '"><img src=x onerror=alert(1)>'

// biome-ignore format: the table is the specification
test.for([
  ['heading',     { level: hostile, textAlign: hostile },                { level: 3, textAlign: null }],
  ['heading',     { level: 99 },                                         { level: 3, textAlign: null }],
  ['paragraph',   { textAlign: 'left;background:url(//evil)' },          { textAlign: null }],
  ['paragraph',   { anchor: hostile },                                   { anchor: null }],
  ['codeBlock',   { language: hostile },                                 { language: null }],
  ['orderedList', { start: 'x', type: hostile },                         { start: 1, type: null }],
  ['taskItem',    { checked: 'yes' },                                    { checked: false }],
  ['image',       { src: 'javascript:alert(1)', alt: {}, width: 1e9 },   { src: null, alt: null, title: null, width: 1, align: null }],
  ['image',       { src: 'data:image/svg+xml,<svg onload=alert(1)>' },   { src: null, alt: null, title: null, width: null, align: null }],
  ['image',       { src: `${picture}/../../../x`, width: -1, align: 7 }, { src: null, alt: null, title: null, width: null, align: null }],
  ['tableCell',   { colspan: 1e9, rowspan: -5, colwidth: ['1px'] },      { colspan: 200, rowspan: 1, colwidth: null, align: null }],
  ['tableCell',   { colspan: 1.5, colwidth: [-1, 1e9], align: hostile }, { colspan: 1, rowspan: 1, colwidth: null, align: null }],
  ['callout',     { kind: hostile },                                     { kind: 'info' }],
  ['file',        { src: 'https://evil/x', name: {}, size: 'a', mime: hostile }, { src: null, name: '', size: 0, mime: null }],
  ['mention',     { kind: hostile, id: hostile, label: 7 },              { kind: 'person', id: null, label: null }],
  ['inlineMath',  { latex: ['x'] },                                      { latex: '' }],
  ['blockMath',   { latex: 'x'.repeat(30_000) },                         { latex: 'x'.repeat(20_000) }],
] as const)('[SCHEMA2] a %s with %j becomes harmless', ([type, attrs, expected]) => {
  expect(documentSchema.nodes[type]?.create(attrs).attrs).toMatchObject(expected)
})

// biome-ignore format: the table is the specification
test.for([
  ['link',      { href: 'javascript:alert(1)', title: {}, onclick: 'alert(1)' }, { href: null, title: null }],
  ['link',      { href: 'data:text/html,<script>alert(1)</script>' },            { href: null, title: null }],
  ['link',      { href: 'https://example.org/' },                                { href: 'https://example.org/', title: null }],
  ['highlight', { color: 'red;background:url(//evil)' },                         { color: null }],
  ['highlight', { color: 'pink' },                                               { color: 'pink' }],
  ['textStyle', { color: '#f00' },                                               { color: null }],
] as const)('[SCHEMA2] a %s with %j becomes harmless', ([type, attrs, expected]) => {
  expect(documentSchema.marks[type]?.create(attrs).attrs).toEqual(expected)
})

test('[SCHEMA3] wrong attributes in Yjs cost no text', () => {
  const fragment = new Y.Doc().getXmlFragment('default')
  const callout = new Y.XmlElement('callout')
  const line = new Y.XmlElement('paragraph')
  line.insert(0, [new Y.XmlText('kept')])
  callout.insert(0, [line])
  callout.setAttribute('kind', hostile)
  line.setAttribute('textAlign', hostile)
  fragment.insert(0, [callout])
  const node = Node.fromJSON(documentSchema, yXmlFragmentToProsemirrorJSON(fragment))
  expect(node.toJSON().content).toMatchObject([{ type: 'callout', attrs: { kind: 'info' }, content: [paragraph(text('kept'))] }])
})
