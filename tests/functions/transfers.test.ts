import { randomUUID } from 'node:crypto'
import { strFromU8, strToU8, unzipSync, type Zippable, zipSync } from 'fflate'
import mammoth from 'mammoth'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SCHEMA_VERSION } from '../../hocuspocus-server/src/schema/version.ts'
import { type Person, startPlatform, type TestPlatform } from '../support/platform.ts'
import { linesOf } from './pdfLines.ts'

let platform: TestPlatform
let admin: postgres.Sql
let olga: Person
let space: string
beforeAll(async () => {
  platform = await startPlatform({ worker: true, collab: true })
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

const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg=='),
  (character) => character.charCodeAt(0),
)
const SOON = { timeout: 25_000, interval: 50 }

async function transferOf(person: Person, id: string) {
  const { data } = await person.client.from('transfers').select('*').eq('id', id).single().throwOnError()
  return data as {
    state: string
    error: string | null
    message: string | null
    result: { root_ids: string[]; documents: number; skipped: string[]; file_name: string } | null
  }
}
async function settled(person: Person, id: string) {
  await expect.poll(async () => (await transferOf(person, id)).state, SOON).toMatch(/done|failed/)
  return transferOf(person, id)
}

async function bring(format: string, bytes: Uint8Array, fileName: string, parentId: string | null = null) {
  const id = randomUUID()
  await olga.client.rpc('create_import', { id, space_id: space, format, file_name: fileName, parent_id: parentId }).throwOnError()
  const { error } = await olga.client.storage
    .from('transfers')
    .upload(`${id}/source`, new Blob([bytes as Uint8Array<ArrayBuffer>]), { contentType: 'application/octet-stream' })
  if (error) throw error
  await olga.client.rpc('start_import', { transfer_id: id }).throwOnError()
  return { id, ...(await settled(olga, id)) }
}
const bringZip = (files: Record<string, string | Uint8Array>, parentId: string | null = null) =>
  bring(
    'zip',
    zipSync(
      Object.fromEntries(
        Object.entries(files).map(([path, content]) => [path, typeof content === 'string' ? strToU8(content) : content]),
      ) as Zippable,
    ),
    'notes.zip',
    parentId,
  )

const rootsOf = async (imported: ReturnType<typeof bring>) => (await imported).result?.root_ids ?? []

async function pagesBeneath(id: string) {
  const { data } = await olga.client.from('documents').select('id, title, parent_id').eq('space_id', space).order('position').throwOnError()
  const children = (parent: string): unknown[] =>
    data.filter(({ parent_id }) => parent_id === parent).map((page) => [page.title, ...children(page.id)])
  const root = data.find((page) => page.id === id)
  return [root?.title, ...children(id)]
}
const markdownOf = async (id: string) =>
  (await olga.client.from('document_contents').select('markdown').eq('document_id', id).single().throwOnError()).data.markdown as string
const idOf = async (title: string) =>
  (await olga.client.from('documents').select('id').eq('title', title).single().throwOnError()).data.id as string

async function take(person: Person, documentId: string, format: string, withChildren = false) {
  const { data } = await person.client
    .rpc('export_document', { document_id: documentId, format, with_children: withChildren })
    .throwOnError()
  const transfer = await settled(person, data.id)
  expect(transfer.message).toBeNull()
  const { data: link } = await person.client.storage.from('transfers').createSignedUrl(`${data.id}/result`, 60)
  const response = await fetch(link?.signedUrl as string)
  return { id: data.id as string, name: transfer.result?.file_name, bytes: new Uint8Array(await response.arrayBuffer()) }
}

test('[IMP1] a tree of Markdown becomes a tree of pages: folders are parents, links and pictures lead where they did', async () => {
  const imported = await bringZip({
    'Handbook/README.md':
      '# The handbook\n\nSee [rules](Rules%20of%20play.md#one), ![plan](img/plan.png), [the table](files/table.csv) and [the site](https://example.com/).\n',
    'Handbook/Rules of play.md':
      '---\ntitle: "Rules"\n---\nBack to [start](README.md). [Nowhere](../../etc/passwd.md)\n\n[table](files/table.csv)\n',
    'Handbook/Teams/Blue 0123456789abcdef0123456789abcdef.md': '- [x] be blue\n',
    'Handbook/img/plan.png': PNG,
    'Handbook/files/table.csv': 'a,b',
    'Handbook/unused.bin': 'x',
    '__MACOSX/Handbook/._README.md': 'x',
  })
  expect(imported).toMatchObject({ state: 'done', result: { documents: 4, skipped: ['Handbook/unused.bin'] } })
  const root = imported.result?.root_ids[0] as string
  expect(await pagesBeneath(root)).toEqual(['The handbook', ['Rules'], ['Teams', ['Blue']]])
  const [rules, text] = [await idOf('Rules'), await markdownOf(root)]
  expect(text).toContain(`[rules](${platform.url}/d/${rules})`)
  expect(text).toContain('[the site](https://example.com/)')
  const picture = /!\[plan\]\(\/storage\/v1\/object\/authenticated\/document-images\/([\w/.-]+)\)/.exec(text)?.[1] as string
  const { data } = await olga.client.storage.from('document-images').download(picture)
  expect(new Uint8Array(await (data as Blob).arrayBuffer())).toEqual(PNG)
  // A file within a sentence stands at the end of the page, one alone where it was.
  expect(text).toMatch(/\[table\.csv\]\(\/storage\/.*document-files\/.* "application\/octet-stream, 3 bytes"\)\n$/)
  expect(await markdownOf(rules)).toMatch(/^Back to \[start\]\(.*\)\. Nowhere\n\n\[table\]\(\/storage\//)
  const { data: links } = await olga.client.from('document_links').select('to_id').eq('from_id', root).throwOnError()
  expect(links).toEqual([{ to_id: rules }])
})

test('[IMP2] HTML and Word documents are imported with what the schema knows, beneath a page', async () => {
  const [parent = ''] = await rootsOf(bring('markdown', strToU8('# Parent\n\ntext'), 'parent.md'))
  const html = await bring(
    'html',
    strToU8('<title>A &amp; B</title><h2>Hi</h2><p onclick="x()">a <b>b</b><script>alert(1)</script><a href="javascript:x()">c</a></p>'),
    'page.html',
    parent,
  )
  const page = html.result?.root_ids[0] as string
  expect(await markdownOf(page)).toBe('## Hi\n\na **b**c\n')
  const exported = await take(olga, page, 'docx')
  const word = await bring('docx', exported.bytes, 'Again.docx', parent)
  expect(await markdownOf(word.result?.root_ids[0] as string)).toContain('a **b**c')
  expect((await pagesBeneath(parent)).slice(0, 2)).toEqual(['Parent', ['A & B']])
})

/** A ZIP whose header lies about how large its file is. */
function lying(zip: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(zip)
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < bytes.length - 4; at++) {
    if (view.getUint32(at, true) === 0x04034b50) view.setUint32(at + 22, size, true)
    if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, size, true)
  }
  return bytes
}
const wordWith = (xml: string) =>
  zipSync({
    '[Content_Types].xml': strToU8('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
    'word/document.xml': strToU8(xml),
  })

test.for([
  ['no archive', 'zip', () => strToU8('hello'), 'archive_invalid'],
  ['a bomb of zeros', 'zip', () => zipSync({ 'a.md': new Uint8Array(40 * 2 ** 20) }, { level: 9 }), 'archive_unsafe'],
  ['a bomb that says it is small', 'zip', () => lying(zipSync({ 'a.md': new Uint8Array(40 * 2 ** 20) }, { level: 9 }), 100), ''],
  [
    'six thousand files',
    'zip',
    () => zipSync(Object.fromEntries(Array.from({ length: 6_000 }, (_, index) => [`${index}.md`, strToU8('x')]))),
    'archive_too_large',
  ],
  [
    'three thousand pages',
    'zip',
    () => zipSync(Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`${index}.md`, strToU8('x')]))),
    'archive_too_large',
  ],
  ['a path that leads out', 'zip', () => zipSync({ '../../etc/cron.d/x.md': strToU8('x') }), 'archive_unsafe'],
  ['an absolute path', 'zip', () => zipSync({ '/etc/x.md': strToU8('x') }), 'archive_unsafe'],
  ['a path of Windows', 'zip', () => zipSync({ 'C:\\x.md': strToU8('x') }), 'archive_unsafe'],
  ['a folder in a folder, a hundred times', 'zip', () => zipSync({ [`${'a/'.repeat(100)}x.md`]: strToU8('x') }), 'archive_unsafe'],
  ['nothing to read', 'zip', () => zipSync({ 'a.bin': strToU8('x') }), 'nothing_to_import'],
  ['text without end', 'markdown', () => new Uint8Array(6 * 2 ** 20).fill(97), 'file_too_large'],
  ['no Word document', 'docx', () => strToU8('hello'), 'archive_invalid'],
  ['a Word document of something else', 'docx', () => zipSync({ 'a.txt': strToU8('x') }), 'file_invalid'],
  [
    'entities that unfold',
    'docx',
    () => wordWith(`<!DOCTYPE x [<!ENTITY a "${'a'.repeat(100)}"><!ENTITY b "${'&a;'.repeat(100)}">]><x>&b;</x>`),
    'file_invalid',
  ],
  ['an entity that is a file', 'docx', () => wordWith('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'), 'file_invalid'],
] as const)('[IMP3] %s is refused with a code and a sentence, and no page appears', async ([, format, make, code]) => {
  const count = async () => (await admin`select from atrium.documents where space_id = ${space}`).length
  const before = await count()
  const { state, error, message } = await bring(format, make(), 'x')
  // What an archive that lies unpacks to is no more than it said.
  if (code === '')
    return expect((await admin`select max(length(text)) as most from atrium.document_contents`)[0]?.most).toBeLessThan(1_000_000)
  expect([state, error, message]).toEqual(['failed', code, expect.stringMatching(/\.$/)])
  expect(await count()).toBe(before)
})

test('[IMP4] nothing is fetched for an import, whatever addresses it names', async () => {
  const asked: string[] = []
  const { createServer } = await import('node:http')
  const canary = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end('x')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => canary.once('listening', resolve))
  const { port } = canary.address() as { port: number }
  const address = `http://127.0.0.1:${port}`
  const text = `![a](${address}/md.png) <img src="${address}/html.png"> [b](${address}/link) ![c](//127.0.0.1:${port}/x.png) ![d](file:///etc/passwd)\n`
  const { result } = await bringZip({
    'a.md': text,
    'b.html': `<link rel="stylesheet" href="${address}/css"><img src="${address}/i.png"><iframe src="${address}/f"></iframe>`,
  })
  for (const format of ['html', 'pdf', 'docx', 'markdown']) await take(olga, result?.root_ids[0] as string, format)
  canary.close()
  expect(asked).toEqual([])
})

test('[IMP5] who loses the right to add pages while the worker reads adds none', async () => {
  const id = randomUUID()
  const ben = await platform.signUp('Ben')
  const [{ workspace_id: workspace } = { workspace_id: '' }] = await admin<
    { workspace_id: string }[]
  >`select workspace_id from atrium.spaces where id = ${space}`
  await admin`insert into atrium.members (workspace_id, user_id, role) values (${workspace}, ${ben.id}, 'editor')`
  await ben.client.rpc('create_import', { id, space_id: space, format: 'markdown', file_name: 'secret.md' }).throwOnError()
  await ben.client.storage.from('transfers').upload(`${id}/source`, new Blob(['# Too late']))
  await admin`update atrium.members set role = 'viewer' where user_id = ${ben.id} and workspace_id = ${workspace}`
  await ben.client.rpc('start_import', { transfer_id: id }).throwOnError()
  expect(await settled(ben, id)).toMatchObject({ state: 'failed', error: 'role_too_low' })
  expect((await olga.client.from('documents').select('id').eq('title', 'Too late').throwOnError()).data).toEqual([])
  // And nobody sees the transfers of somebody else, or fetches their files.
  expect((await olga.client.from('transfers').select('id').eq('id', id).throwOnError()).data).toEqual([])
  expect((await olga.client.storage.from('transfers').createSignedUrl(`${id}/source`, 60)).error).not.toBeNull()
  expect((await olga.client.storage.from('transfers').upload(`${id}/source`, new Blob(['mine']), { upsert: true })).error).not.toBeNull()
})

test('[EXP1] a sub-tree goes out as Markdown with its files, and comes in again as it was', async () => {
  const { result } = await bringZip({
    'Trip.md': '# Trip\n\nSee [day one](Trip/Day%201.md) and ![map](map.png)\n\n> [!WARNING]\n> Take *water*.\n',
    'Trip/Day 1.md': '# Day 1\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n[up](../Trip.md)\n',
    'map.png': PNG,
  })
  const root = result?.root_ids[0] as string
  const { name, bytes } = await take(olga, root, 'markdown', true)
  expect(name).toBe('Trip.zip')
  const files = unzipSync(bytes)
  expect(Object.keys(files).sort()).toEqual(['Trip.md', 'Trip/Day 1.md', expect.stringMatching(/^attachments\/[\w-]+\.png$/)])
  expect(strFromU8(files['Trip.md'] as Uint8Array)).toMatch(
    /^# Trip\n\nSee \[day one\]\(Trip\/Day%201\.md\) and\n\n!\[map\]\(attachments\/.*\.png\)\n\n> \[!WARNING\]/,
  )
  expect(strFromU8(files['Trip/Day 1.md'] as Uint8Array)).toContain('[up](../Trip.md)')
  const again = await bring('zip', bytes, 'Trip.zip')
  const copy = again.result?.root_ids[0] as string
  expect(await pagesBeneath(copy)).toEqual(['Trip', ['Day 1']])
  const neutral = (text: string) => text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id')
  expect(neutral(await markdownOf(copy))).toBe(neutral(await markdownOf(root)))
})

test('[EXP2] a page goes out as HTML, PDF, Word and JSON, with its pictures and with letters of many languages', async () => {
  const text =
    '# Ωmega Жук é\n\nhello **bold** $x^2$ ![p](p.png)\n\n1. one\n   - [ ] two\n\n| a |\n| --- |\n| b |\n\n```js\nlet x\n```\n\n<details>\n<summary>s</summary>\n\nmore\n\n</details>\n'
  const { result } = await bringZip({ 'page.md': text, 'p.png': PNG })
  const page = result?.root_ids[0] as string
  const html = unzipSync((await take(olga, page, 'html')).bytes)
  const [main] = Object.keys(html).filter((path) => path.endsWith('.html'))
  expect(strFromU8(html[main as string] as Uint8Array)).toMatch(
    /<h1>Ωmega Жук é<\/h1>[\s\S]*<strong>bold<\/strong>[\s\S]*<img src="attachments\//,
  )
  const pdf = await take(olga, page, 'pdf')
  expect([pdf.name, strFromU8(pdf.bytes.subarray(0, 5)), pdf.bytes.length > 5_000]).toEqual(['Ωmega Жук é.pdf', '%PDF-', true])
  const word = await mammoth.convertToHtml({ buffer: Buffer.from((await take(olga, page, 'docx')).bytes) })
  expect(word.value).toMatch(/<strong>bold<\/strong>[\s\S]*<img [\s\S]*one[\s\S]*<table>/)
  const archive = unzipSync((await take(olga, page, 'json')).bytes)
  const json = JSON.parse(strFromU8(archive['Ωmega Жук é.json'] as Uint8Array))
  expect(json).toMatchObject({ format: 'atrium', documents: [{ id: page, title: 'Ωmega Жук é', content: { type: 'doc' } }] })
})

const jsonOf = async (id: string) =>
  (await olga.client.from('document_contents').select('json').eq('document_id', id).single().throwOnError()).data.json
const bringJson = (given: unknown) => bring('json', strToU8(JSON.stringify(given)), 'pages.json')
const exported = (...documents: object[]) => ({ format: 'atrium', schema: SCHEMA_VERSION, documents })
const doc = (text: string) => ({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] })

test('[IMP6] an export in JSON comes in again without loss, with its tree, icons, pictures and files', async () => {
  const { result } = await bringZip({
    'Trip.md':
      '# Trip\n\nSee [day one](Trip/Day%201.md) and ![map](map.png)\n\n[the plan](plan.csv)\n\n==marked== ~~gone~~ $x^2$ and H~2~O\n\n> [!WARNING]\n> Take *water*.\n\n- [x] done\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n',
    'Trip/Day 1.md': '# Day 1\n\n```js\nlet x\n```\n\n[up](../Trip.md)\n',
    'Trip/Day 2.md': '# Day 2\n\n<details>\n<summary>s</summary>\n\nmore\n\n</details>\n',
    'map.png': PNG,
    'plan.csv': 'a,b',
  })
  const root = result?.root_ids[0] as string
  await olga.client.from('documents').update({ icon: '🧭' }).eq('id', root).throwOnError()
  const first = await take(olga, root, 'json', true)
  expect(first.name).toBe('Trip.zip')
  const again = await bring('zip', first.bytes, first.name as string)
  expect(again).toMatchObject({ state: 'done', result: { documents: 3, skipped: [] } })
  const copy = again.result?.root_ids[0] as string
  expect(await pagesBeneath(copy)).toEqual(['Trip', ['Day 1'], ['Day 2']])
  expect((await olga.client.from('documents').select('icon').eq('id', copy).single().throwOnError()).data).toEqual({ icon: '🧭' })
  // Exported once more it says the same, but for the ids.
  const written = async (bytes: Uint8Array) => {
    const files = unzipSync(bytes)
    const text = strFromU8(files['Trip.json'] as Uint8Array)
    const ids = new Map<string, string>()
    const name = (id: string) => ids.get(id) ?? ids.set(id, `id ${ids.size}`).get(id)
    return text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, name as never).replaceAll(/"(updated_at|parent_id)": .*/g, '')
  }
  const second = await take(olga, copy, 'json', true)
  expect(await written(second.bytes)).toBe(await written(first.bytes))
  expect(JSON.stringify(await jsonOf(copy))).not.toContain(root)
  const contents = (bytes: Uint8Array) =>
    Object.entries(unzipSync(bytes)).flatMap(([path, content]) =>
      path.startsWith('attachments/') ? [Buffer.from(content).toString('hex')] : [],
    )
  expect(contents(second.bytes).sort()).toEqual(contents(first.bytes).sort())
  expect(contents(second.bytes)).toHaveLength(2)
})

test('[IMP6] a page alone comes in from its file, beneath any page', async () => {
  const id = randomUUID()
  const { result } = await bringJson(exported({ id, parent_id: randomUUID(), title: 'Alone', icon: null, content: doc('hello') }))
  const [page = ''] = result?.root_ids ?? []
  expect(await jsonOf(page)).toEqual(doc('hello'))
  expect(page).not.toBe(id)
})

// biome-ignore format: the table is the specification
test.for([
  // what                  file                                                                                           code
  ['a newer schema',       { ...exported(), schema: SCHEMA_VERSION + 1, documents: [{ id: 'a', title: 'Later', content: doc('x') }] }, 'schema_newer'],
  ['another format',       { format: 'other', schema: 1, documents: [] },                                                 'file_invalid'],
  ['no object',            ['atrium'],                                                                                    'file_invalid'],
  ['no pages',             exported(),                                                                                    'nothing_to_import'],
  ['a page of no content', exported({ id: 'a', title: 'Later' }),                                                         'file_invalid'],
  ['pages in a circle',    exported({ id: 'a', parent_id: 'b', content: doc('x') }, { id: 'b', parent_id: 'a', content: doc('x') }), 'file_invalid'],
  ['an unknown node',      exported({ id: 'a', title: 'Later', content: { type: 'doc', content: [{ type: 'script' }] } }), 'content_invalid'],
] as const)('[IMP6] a file in JSON with %s is refused with a sentence, and no page appears', async ([, given, code]) => {
  const { data: before } = await olga.client.from('documents').select('id').eq('space_id', space).throwOnError()
  const refused = await bringJson(given)
  expect(refused).toMatchObject({ state: 'failed', error: code, message: expect.stringMatching(/\.$/) })
  const { data: after } = await olga.client.from('documents').select('id').eq('space_id', space).throwOnError()
  expect(after).toHaveLength(before.length)
})

test('[IMP6] quotes within quotes without end are refused with a sentence', async () => {
  const node = `${'{"type":"blockquote","content":['.repeat(50_000)}{"type":"paragraph"}${']}'.repeat(50_000)}`
  const text = JSON.stringify(exported({ id: 'a', title: 'Deep', content: { type: 'doc', content: ['node'] } })).replace('"node"', node)
  expect(await bring('json', strToU8(text), 'pages.json')).toMatchObject({ state: 'failed', error: 'content_invalid' })
})

test('[EXP7] a PDF has the letters of many scripts, lines from right to left in their order, and formulas as text', async () => {
  const text = `# 测试\n\n中文和**粗体**，日本語のかな、한국어\n\nשלום (גדול) עולם 2026\n\nمرحبا English بالعالم\n\n$x_1^2 \\leq \\frac{a}{\\sqrt{2}}$ ∀\n\n\`\`\`\n漢 code\n\`\`\`\n`
  const [page = ''] = await rootsOf(bringZip({ 'letters.md': text }))
  const lines = linesOf((await take(olga, page, 'pdf')).bytes)
  const expected = ['测试', '中文和粗体，日本語のかな、한국어', '2026 םלוע (לודג) םולש', 'x12 ≤ a/(√2) ∀', '漢 code', '1 / 1']
  expect(lines.filter((line) => !/\p{Script=Arabic}/u.test(line))).toEqual(expected)
  // The letters of a word are joined; of two words the first stands at the right, and what is English in between.
  expect(lines.find((line) => /\p{Script=Arabic}/u.test(line))).toMatch(/^\p{Script=Arabic}{7} English \p{Script=Arabic}{5}$/u)
})

test('[EXP3] an export holds what its owner may read, and its file is his alone', async () => {
  const [open = ''] = await rootsOf(bringZip({ 'Open.md': '# Open', 'Open/Shut.md': '# Shut\n\nsecret', 'Other.md': '# Other' }))
  const shut = await idOf('Shut')
  await olga.client.rpc('append_to_document', { id: open, markdown: `[x](atrium:document/${shut})` }).throwOnError()
  await expect.poll(() => markdownOf(open), SOON).toContain(shut)
  const gus = await platform.signUp('Gus')
  const [{ workspace_id: workspace } = { workspace_id: '' }] = await admin<
    { workspace_id: string }[]
  >`select workspace_id from atrium.spaces where id = ${space}`
  await admin`insert into atrium.members (workspace_id, user_id, role) values (${workspace}, ${gus.id}, 'guest')`
  await expect(gus.client.rpc('export_document', { document_id: open, format: 'json' }).throwOnError()).rejects.toMatchObject({
    details: 'document_not_found',
  })
  await olga.client.rpc('share_item', { object_type: 'document', object_id: open, role: 'viewer', user_id: gus.id }).throwOnError()
  const { id, bytes } = await take(gus, open, 'markdown', true)
  expect(strFromU8(bytes)).toBe('# Open\n\npage\n')
  expect((await olga.client.storage.from('transfers').createSignedUrl(`${id}/result`, 60)).error).not.toBeNull()
  expect((await olga.client.storage.from('transfers').download(`${id}/result`)).error).not.toBeNull()
})
