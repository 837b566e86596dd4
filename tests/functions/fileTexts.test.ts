import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { strToU8, type Zippable, zipSync } from 'fflate'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, startPlatform, type TestPlatform } from '../support/platform.ts'

let platform: TestPlatform
let admin: postgres.Sql
let olga: Person
let space: string
beforeAll(async () => {
  platform = await startPlatform({ worker: true })
  admin = postgres(platform.databaseUrl('postgres'), { max: 2, onnotice: () => {} })
  olga = await platform.signUp('Olga')
  const workspace = randomUUID()
  await olga.client.rpc('create_workspace', { id: workspace, name: 'Studio' }).throwOnError()
  const { data } = await olga.client.from('spaces').select('id').eq('workspace_id', workspace).single().throwOnError()
  space = data.id
})
afterAll(async () => {
  await admin?.end()
  await platform?.stop()
})

/** Uploads a file, and resolves to what the worker read in it. */
async function read(name: string, bytes: Uint8Array): Promise<{ state: string; text: string }> {
  const upload = { id: randomUUID(), space_id: space, parent_id: null, name, size: bytes.length }
  const { data } = await olga.client.rpc('begin_upload', upload).throwOnError()
  await olga.client.storage.from('files').upload(data.path, new Blob([Uint8Array.from(bytes)]), { contentType: 'application/octet-stream' })
  let found: { state: string; text: string } | undefined
  await expect
    .poll(
      async () => {
        const [file] = await admin`select file_id from atrium.file_uploads where id = ${upload.id} and state = 'done'`
        if (!file) return 'uploading'
        const answer = await olga.client.rpc('file_text', { file_id: file.file_id }).throwOnError()
        found = answer.data[0]
        return found?.state ?? 'nothing'
      },
      { timeout: 60_000 },
    )
    .toMatch(/read|failed/)
  return found as { state: string; text: string }
}
const zip = (files: Record<string, string>, more: Zippable = {}) =>
  zipSync({ ...Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)])), ...more })
/** A PDF of one page, with a table of places as readers want it. */
function pdf(line: string): Uint8Array {
  const content = `BT /F1 12 Tf 72 700 Td (${line}) Tj ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let text = '%PDF-1.4\n'
  const places = objects.map((object, at) => {
    const place = text.length
    text += `${at + 1} 0 obj\n${object}\nendobj\n`
    return `${String(place).padStart(10, '0')} 00000 n \n`
  })
  const table = `xref\n0 6\n0000000000 65535 f \n${places.join('')}trailer << /Size 6 /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF`
  return strToU8(text + table)
}
function tar(files: Record<string, string>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write(text.length.toString(8).padStart(11, '0'), 124)
    header.write('0', 156)
    header.write('ustar', 257)
    const body = Buffer.alloc(Math.ceil(text.length / 512) * 512)
    body.write(text)
    return [header, body]
  })
  return new Uint8Array(gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)])))
}
const types = '<?xml version="1.0"?><Types/>'
const slide = (text: string) => `<p:sld><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:sld>`
const open = (kind: string, body: string) =>
  zip({
    mimetype: `application/vnd.oasis.opendocument.${kind}`,
    'content.xml': `<office:document><office:body>${body}</office:body></office:document>`,
  })

test('[FILE23] text, pages, PDF, office documents and the names in archives are read', async () => {
  const files: [string, Uint8Array, string][] = [
    ['notes.md', strToU8('# Grüße\r\n\r\nfrom **Vienna**'), '# Grüße\nfrom **Vienna**'],
    ['page.html', strToU8('<html><style>p {}</style><p>One &amp; two</p><script>evil()</script><p>three</p>'), 'One & two\nthree'],
    ['plan.pdf', pdf('Unobtainium in a plan'), 'Unobtainium in a plan'],
    [
      'letter.docx',
      zip({
        '[Content_Types].xml': types,
        'word/document.xml':
          '<w:p><w:r><w:t>Dear</w:t></w:r><w:r><w:t xml:space="preserve"> Ann</w:t></w:r></w:p><w:p><w:r><w:t>Yours</w:t></w:r></w:p>',
      }),
      'Dear Ann\nYours',
    ],
    [
      'sums.xlsx',
      zip({
        '[Content_Types].xml': types,
        'xl/workbook.xml': '<sheets><sheet name="Budget"/></sheets>',
        'xl/sharedStrings.xml': '<sst><si><t>Rent</t></si></sst>',
        'xl/worksheets/sheet1.xml': '<row><c t="s"><v>0</v></c><c><v>4711</v></c></row>',
      }),
      'Rent\nBudget\n  4711',
    ],
    [
      'talk.pptx',
      zip({ '[Content_Types].xml': types, 'ppt/slides/slide10.xml': slide('Ten'), 'ppt/slides/slide2.xml': slide('Two') }),
      'Two\nTen',
    ],
    ['letter.odt', open('text', '<text:h>Title</text:h><text:p>Words<text:tab/>here</text:p>'), 'Title\nWords here'],
    ['sums.ods', open('spreadsheet', '<table:table-row><table:table-cell><text:p>12</text:p></table:table-cell></table:table-row>'), ' 12'],
    ['talk.odp', open('presentation', '<text:p>Slide</text:p>'), 'Slide'],
    ['photos.zip', zip({ 'a/one.jpg': 'xyz', 'two.txt': '' }), '3\ta/one.jpg\n0\ttwo.txt'],
    ['backup.tar.gz', tar({ 'etc/hosts': 'localhost', 'big.bin': 'x'.repeat(700) }), '9\tetc/hosts\n700\tbig.bin'],
  ]
  const found = await Promise.all(files.map(async ([name, bytes]) => [name, await read(name, bytes)]))
  expect(found).toEqual(files.map(([name, , text]) => [name, { state: 'read', text }]))
}, 120_000)

test('[FILE24] what is broken, locked, hostile or endless has no text of it, and the next file is read', async () => {
  const laughs = `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "${'&a;'.repeat(50)}"><!ENTITY c SYSTEM "file:///etc/passwd">]>`
  const bomb = zip({ '[Content_Types].xml': types }, { 'word/document.xml': new Uint8Array(31 * 1024 * 1024) })
  const broken = { 'cut off.pdf': pdf('Never').slice(0, 40), 'bomb.docx': bomb, 'cut off.zip': zip({ a: 'b' }).slice(0, 30) }
  for (const [name, bytes] of Object.entries(broken)) expect([name, await read(name, bytes)]).toEqual([name, { state: 'failed', text: '' }])
  // What the parser does not unfold stays as it is written.
  const unfolded = await read('laughs.docx', zip({ '[Content_Types].xml': types, 'word/document.xml': `${laughs}<w:t>&b;&c;</w:t>` }))
  expect(unfolded).toEqual({ state: 'read', text: '&b;&c;' })
  // Far more than is kept, in lines of spaces.
  const endless = await read('endless.txt', strToU8(`${' '.repeat(2000)}\nword\n`.repeat(2000)))
  expect([endless.state, endless.text.startsWith('word\nword'), endless.text.length < 400_001]).toEqual(['read', true, true])
  const gzip = await read('endless.tar.gz', new Uint8Array(gzipSync(Buffer.alloc(300 * 1024 * 1024))))
  expect(gzip).toEqual({ state: 'read', text: '' })
  expect(await read('next.txt', strToU8('next'))).toEqual({ state: 'read', text: 'next' })
}, 180_000)

test('[FILE24] a file that takes the worker with it three times is given up, and says so', async () => {
  const { state } = await read('once.txt', strToU8('once'))
  expect(state).toBe('read')
  const [path] = await admin`select path from atrium_private.file_texts where text = 'once'`
  await admin`update atrium_private.file_texts set state = 'waiting', tries = 0 where path = ${path?.path}`
  const taken = []
  for (let n = 0; n < 4; n++) taken.push((await admin`select name from atrium_private.text_to_read(${path?.path})`).length)
  expect(taken).toEqual([1, 1, 1, 0])
  expect(await admin`select state from atrium_private.file_texts where path = ${path?.path}`).toEqual([{ state: 'failed' }])
})
