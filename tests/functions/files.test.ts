import { createHash, randomUUID } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileType } from '../../functions/jobs/files/fileType.ts'
import { removeFiles } from '../../functions/jobs/files/removeFiles.ts'
import { createStorage } from '../../functions/jobs/transfers/storage.ts'
import { type Person, startPlatform, type TestPlatform } from '../support/platform.ts'

let platform: TestPlatform
let admin: postgres.Sql
let [olga, ben] = [] as unknown as [Person, Person]
const workspace = randomUUID()
let space: string
beforeAll(async () => {
  platform = await startPlatform({ worker: true })
  admin = postgres(platform.databaseUrl('postgres'), { max: 2, onnotice: () => {} })
  ;[olga, ben] = await Promise.all([platform.signUp('Olga'), platform.signUp('Ben')])
  await olga.client.rpc('create_workspace', { id: workspace, name: 'Studio' }).throwOnError()
  await admin`insert into atrium.members (workspace_id, user_id, role) values (${workspace}, ${ben.id}, 'viewer')`
  const { data } = await olga.client.from('spaces').select('id').eq('workspace_id', workspace).single().throwOnError()
  space = data.id
})
afterAll(async () => {
  await admin?.end()
  await platform?.stop()
})

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const begin = async (name: string, size: number, more: Record<string, unknown> = {}) => {
  const upload = { id: randomUUID(), space_id: space, parent_id: null, name, size, ...more }
  return (await olga.client.rpc('begin_upload', upload).throwOnError()).data as { id: string; path: string }
}
/** By TUS, piece by piece, as the client does; returns the offset that was acknowledged. */
async function send(path: string, bytes: Uint8Array<ArrayBuffer>, type = 'application/octet-stream', pieceBytes = 6 * 1024 * 1024) {
  const { data } = await olga.client.auth.getSession()
  const headers = { authorization: `Bearer ${data.session?.access_token}`, 'tus-resumable': '1.0.0' }
  const encode = (text: string) => Buffer.from(text).toString('base64')
  const metadata = `bucketName ${encode('files')},objectName ${encode(path)},contentType ${encode(type)}`
  const made = await fetch(`${platform.url}/storage/v1/upload/resumable`, {
    method: 'POST',
    headers: { ...headers, 'upload-length': String(bytes.length), 'upload-metadata': metadata },
  })
  const location = new URL(made.headers.get('location') ?? '', platform.url)
  let offset = 0
  while (made.ok && offset < bytes.length) {
    const piece = bytes.slice(offset, offset + pieceBytes)
    const response = await fetch(location, {
      method: 'PATCH',
      headers: { ...headers, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
      body: piece,
    })
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
    offset = Number(response.headers.get('upload-offset'))
  }
  return made.status
}
const outcome = (id: string) =>
  expect.poll(
    async () => {
      const [row] = await admin`select state, problem from atrium.file_uploads where id = ${id}`
      return row?.problem ?? row?.state
    },
    { timeout: 30_000 },
  )
const fileOf = async (id: string) =>
  (
    await admin`
    select file.name, file.size::int, file.mime, version.sha256, file.path from atrium.files file join atrium.file_uploads upload on upload.file_id = file.id
    join atrium.file_versions version on version.file_id = file.id and version.number = file.version where upload.id = ${id}`
  )[0]

test.for([
  ['nothing', 0],
  ['one byte', 1],
  ['more than one piece', 7 * 1024 * 1024 + 3],
] as const)('[FILE13] a file of %s is read back, and whoever sees the space reads the same bytes', async ([name, size]) => {
  const bytes = new Uint8Array(size).map((_, at) => 97 + (at % 26))
  const upload = await begin(`${name}.bin`, size, { sha256: sha256(bytes) })
  expect(await send(upload.path, bytes)).toBe(201)
  await outcome(upload.id).toBe('done')
  expect(await fileOf(upload.id)).toMatchObject({ size, mime: 'text/plain', sha256: sha256(bytes) })
  const { data, error } = await ben.client.storage.from('files').download(upload.path)
  expect(error).toBeNull()
  expect(sha256(new Uint8Array((await data?.arrayBuffer()) ?? new ArrayBuffer(9)))).toBe(sha256(bytes))
})

test('[FILE8] other bytes than those announced are refused, and removed from the storage service', async () => {
  const bytes = new TextEncoder().encode('not what was announced')
  const upload = await begin('a.txt', bytes.length, { sha256: sha256(new Uint8Array(3)) })
  await send(upload.path, bytes)
  await outcome(upload.id).toBe('checksum_mismatch')
  const { error } = await ben.client.storage.from('files').download(upload.path)
  expect(error).not.toBeNull()
  // What the worker does each minute.
  await removeFiles(
    async (text, values) => ({ rows: await admin.unsafe(text, values as never[]) }),
    createStorage({ url: platform.url, secretKey: platform.secretKey }),
  )
  expect(await admin`select from storage.objects where bucket_id = 'files' and name = ${upload.path}`).toHaveLength(0)
})

test('[FILE13] what the worker did not finish before it was killed, the next one does', async () => {
  const bytes = new TextEncoder().encode('survives')
  const uploads = await Promise.all(Array.from({ length: 10 }, (_, n) => begin(`survivor ${n}.txt`, bytes.length)))
  await Promise.all([...uploads.map(({ path }) => send(path, bytes)), platform.crashWorker()])
  // A job is taken again when its worker says nothing for a minute; here that is at once.
  await admin`update pgboss.job set state = 'retry', start_after = now() where name = 'check_upload' and state = 'active'`
  for (const { id } of uploads) await outcome(id).toBe('done')
  expect(await admin`select from atrium.files where name like 'survivor %'`).toHaveLength(10)
}, 120_000)

test('[FILE13] the bucket takes no type that a browser runs, and the lie of an uploader is not believed', async () => {
  const page = new TextEncoder().encode('<script>alert(1)</script>')
  const upload = await begin('photo.png', page.length)
  expect(await send(upload.path, page, 'text/html')).toBeGreaterThanOrEqual(400)
  expect(await send(upload.path, page, 'image/png')).toBe(201)
  await outcome(upload.id).toBe('done')
  expect(await fileOf(upload.id)).toMatchObject({ mime: 'text/plain' })
})

const bytesOf = (...parts: (string | number)[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'utf8')] : [part])))
test.for([
  ['application/pdf', bytesOf('%PDF-1.7\n', 1)],
  ['image/png', bytesOf(0x89, 'PNG\r\n', 0x1a, '\n', 0)],
  ['image/jpeg', bytesOf(0xff, 0xd8, 0xff, 0xe0)],
  ['video/mp4', bytesOf(0, 0, 0, 0x18, 'ftypisom')],
  ['audio/mp4', bytesOf(0, 0, 0, 0x18, 'ftypM4A ')],
  ['audio/mpeg', bytesOf('ID3', 3, 0)],
  ['application/zip', bytesOf('PK', 3, 4, 'x'.repeat(40))],
  [
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    bytesOf('PK', 3, 4, '.'.repeat(26), '[Content_Types].xml...word/document.xml'),
  ],
  ['application/vnd.oasis.opendocument.text', bytesOf('PK', 3, 4, '.'.repeat(26), 'mimetypeapplication/vnd.oasis.opendocument.text')],
  ['text/plain', bytesOf('<html><script>')],
  ['text/plain', bytesOf('Grüße, 世界')],
  ['application/octet-stream', bytesOf('abc', 0, 1)],
  ['application/octet-stream', bytesOf(0xff, 0xfe, 0xc0)],
] as const)('[FILE13] the first bytes of %s say so', ([type, bytes]) => {
  expect(fileType(bytes)).toBe(type)
})

/** A PNG of one colour, as wide and high as it says, with what a camera writes beside the picture. */
function png(width: number, height: number, { rows = height } = {}): Uint8Array<ArrayBuffer> {
  const chunk = (type: string, content: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), content])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(content.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  const place = Buffer.from('II*\0\x08\0\0\0\0\0\0\0\0\0GPS 48.2082 16.3738', 'latin1')
  const pixels = deflateSync(Buffer.alloc((width * 3 + 1) * rows, 0))
  const parts = [chunk('IHDR', header), chunk('eXIf', place), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]
  return new Uint8Array(Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts]))
}
async function uploadPicture(name: string, bytes: Uint8Array<ArrayBuffer>) {
  const upload = await begin(name, bytes.length)
  await send(upload.path, bytes)
  await outcome(upload.id).toBe('done')
  return upload.path
}
const placeholder = (path: string) => admin`select placeholder from atrium.files where path = ${path}`.then(([row]) => row?.placeholder)
const thumbnail = async (path: string, person = ben) => {
  const { data } = await person.client.storage.from('file-thumbnails').download(path)
  return data && new Uint8Array(await data.arrayBuffer())
}

test('[FILE22] a picture gets a small one without what the camera wrote, and a placeholder of a few pixels', async () => {
  const path = await uploadPicture('photo.png', png(1600, 1200))
  await expect.poll(() => placeholder(path), { timeout: 60_000 }).toMatch(/^UklGR/)
  const small = Buffer.from((await thumbnail(path)) ?? [])
  expect(small.subarray(0, 4).toString() + small.subarray(8, 12).toString()).toBe('RIFFWEBP')
  expect(small.length).toBeLessThan(20_000)
  expect(small.includes('GPS') || small.includes('EXIF')).toBe(false)
  expect(Buffer.from(await placeholder(path), 'base64').length).toBeLessThan(400)
  // 480 by 360, less one, in 14 bits each.
  const at = small.indexOf(Buffer.from([0x9d, 0x01, 0x2a])) + 3
  expect([small.readUInt16LE(at) & 0x3fff, small.readUInt16LE(at + 2) & 0x3fff]).toEqual([480, 360])
}, 90_000)

test('[FILE22] what is broken, lies or explodes has no thumbnail, and the worker draws the next one', async () => {
  const hostile = {
    'cut off.png': png(400, 300).slice(0, 60),
    'too large.png': png(60_000, 60_000, { rows: 100 }),
    'noise.jpg': Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, ...Array(5000).fill(7)]),
    'nothing.gif': new Uint8Array(Buffer.from('GIF89a')),
    'box.avif': new Uint8Array(Buffer.from('\0\0\0\x20ftypavif\0\0\0\0avif', 'latin1')),
    'script.svg': new Uint8Array(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')),
  }
  const paths = []
  for (const [name, bytes] of Object.entries(hostile)) paths.push(await uploadPicture(name, bytes))
  const next = await uploadPicture('next.png', png(20, 10))
  await expect.poll(() => placeholder(next), { timeout: 60_000 }).toMatch(/^UklGR/)
  const jobs = await admin`select state from pgboss.job where name = 'make_thumbnail' and data ->> 'path' = any (${paths})`
  expect(jobs.map(({ state }) => state)).toEqual(Array(5).fill('completed'))
  for (const path of paths) expect([await placeholder(path), await thumbnail(path)]).toEqual([null, null])
}, 120_000)
