import { createHash } from 'node:crypto'
import type { Json } from '../../../hocuspocus-server/src/formats/fit.ts'
import { type Resolve, readHtml } from '../../../hocuspocus-server/src/formats/readHtml.ts'
import { readMarkdown } from '../../../hocuspocus-server/src/formats/readMarkdown.ts'
import { documentSchema } from '../../../hocuspocus-server/src/schema/documentSchema.ts'
import { pictureType } from './pictureType.ts'
import { Refused } from './refused.ts'

/** Files that belong together: an archive, or one file alone. */
export interface Files {
  paths: string[]
  read(path: string): Uint8Array<ArrayBuffer>
}

/** Where a page of an import comes from and where it goes. */
export interface Place {
  id: string
  parentId: string | null
  /** Null for a folder that has no text of its own. */
  path: string | null
  /** What it is called when its text does not say. */
  name: string
}

export interface Page {
  title: string
  icon?: string | null
  content: ReturnType<typeof readMarkdown>
}

/** A file of the import that belongs to a page. */
export interface Attachment {
  path: string
  bucket: 'document-images' | 'document-files'
  /** The name of the object in its bucket. */
  object: string
  type: string
}

const TEXT = /\.(md|markdown|mdown|txt|html?)$/i
const MAX_TEXT_BYTES = 5 * 1024 * 1024
const MAX_PICTURE_BYTES = 10 * 1024 * 1024

/** The same for the same words: a job that runs twice makes the same ids. */
export function idFor(...words: string[]): string {
  const hex = createHash('sha256').update(words.join('\0')).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const byName = new Intl.Collator('en', { numeric: true })

/** A page for each text, and for each folder that has texts in it. `a.md` and the folder `a` are one page, and so is `a/README.md`. */
export function placesOf(files: Files, transferId: string): Place[] {
  const texts = new Map<string, string>()
  for (const path of files.paths.filter((each) => TEXT.test(each)).sort(byName.compare)) {
    const bare = path.replace(TEXT, '')
    const key = /(^|\/)(index|readme)$/i.test(bare) && bare.includes('/') ? bare.slice(0, bare.lastIndexOf('/')) : bare
    texts.set(texts.has(key) ? path : key, path)
  }
  const keys = new Set<string>()
  for (const key of texts.keys()) {
    const parts = key.split('/')
    for (let length = 1; length <= parts.length; length++) keys.add(parts.slice(0, length).join('/'))
  }
  return [...keys].sort(byName.compare).map((key) => {
    const end = key.lastIndexOf('/')
    return {
      id: idFor(transferId, key),
      parentId: end < 0 ? null : idFor(transferId, key.slice(0, end)),
      path: texts.get(key) ?? null,
      name: key.slice(end + 1),
    }
  })
}

export interface PageReader {
  read(place: Place): Page
  /** What the pages read so far need. */
  attachments(): Attachment[]
}

/** Reads pages. Links to other pages become addresses of their documents, links to other files attachments. Nothing is ever fetched. */
export function createPageReader({ files, places, siteUrl }: { files: Files; places: Place[]; siteUrl: string }): PageReader {
  const known = new Set(files.paths)
  const pages = new Map(places.filter(({ path }) => path !== null).map(({ path, id }) => [path as string, id]))
  const attachments = new Map<string, Attachment>()

  function attach(path: string, documentId: string): Attachment {
    const made = attachmentFor(files, path, documentId)
    const address = addressOf(made)
    attachments.set(address, attachments.get(address) ?? made)
    return made
  }

  function resolverFor(from: string, documentId: string, used: Map<string, Attachment>): Resolve {
    return (address) => {
      if (/^([a-z][a-z0-9+.-]*:|\/\/|#)/i.test(address)) return address
      const path = relative(from, address)
      if (path === null) return null
      const page = pages.get(path)
      if (page) return `${siteUrl}/d/${page}`
      if (!known.has(path)) return null
      const attachment = attach(path, documentId)
      used.set(addressOf(attachment), attachment)
      return addressOf(attachment)
    }
  }

  return {
    attachments: () => [...attachments.values()],
    read({ id, path, name }) {
      if (path === null)
        return { title: titleFrom(name), content: documentSchema.nodeFromJSON({ type: 'doc', content: [{ type: 'paragraph' }] }) }
      const bytes = files.read(path)
      if (bytes.length > MAX_TEXT_BYTES) throw new Refused('file_too_large', `“${name.slice(0, 100)}” has more than 5 MB of text.`)
      const { meta, text } = withoutFrontMatter(new TextDecoder().decode(bytes))
      const used = new Map<string, Attachment>()
      const resolve = resolverFor(path, id, used)
      const read = /\.html?$/i.test(path) ? readHtml(text, resolve) : readMarkdown(text, resolve)
      const { title, blocks } = splitTitle(read.toJSON().content as Json[], meta ?? titleInHtml(path, text))
      const content = documentSchema.nodeFromJSON({ type: 'doc', content: withFiles(blocks, used, files) })
      content.check()
      return { title: titleFrom(title ?? name), content }
    },
  }
}

/** Where a file goes that a page shows. */
export function attachmentFor(files: Files, path: string, documentId: string): Attachment {
  const bytes = files.read(path)
  const picture = pictureType(bytes)
  const id = idFor(documentId, path)
  return picture && bytes.length <= MAX_PICTURE_BYTES
    ? { path, bucket: 'document-images', object: `${documentId}/${id}.${picture.extension}`, type: picture.type }
    : { path, bucket: 'document-files', object: `${documentId}/${id}`, type: 'application/octet-stream' }
}

export const addressOf = ({ bucket, object }: Attachment) => `/storage/v1/object/authenticated/${bucket}/${object}`

function relative(from: string, address: string): string | null {
  const parts = from.split('/').slice(0, -1)
  let path: string
  try {
    path = decodeURIComponent(address.split(/[?#]/, 1)[0] as string)
  } catch {
    return null
  }
  if (path.startsWith('/')) parts.length = 0
  for (const part of path.split('/')) {
    if (part === '..' && parts.pop() === undefined) return null
    if (part !== '..' && part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/') || null
}

function withoutFrontMatter(text: string): { meta: string | null; text: string } {
  const [whole = '', head = ''] = /^\uFEFF?---\r?\n([\s\S]{0,20000}?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text) ?? []
  const [, quoted] = /^title:[ \t]*(.+)$/m.exec(head) ?? []
  return { meta: quoted?.trim().replace(/^(["'])(.*)\1$/, '$2') ?? null, text: text.slice(whole.length) }
}

function titleInHtml(path: string, text: string): string | null {
  if (!/\.html?$/i.test(path)) return null
  const [, title] = /<title[^>]*>([^<]{1,1000})<\/title>/i.exec(text) ?? []
  return title ? readHtml(title).textContent : null
}

/** A heading at the very beginning is what the page is called. */
function splitTitle(blocks: Json[], given: string | null): { title: string | null; blocks: Json[] } {
  const [first] = blocks
  const heading =
    first?.type === 'heading' && first.attrs?.level === 1
      ? (first.content ?? [])
          .map(({ text = '' }) => text)
          .join('')
          .trim()
      : ''
  if (heading && (given === null || given === heading)) return { title: heading, blocks: blocks.slice(1) }
  return { title: given, blocks }
}

/** What the page links to within a sentence follows at its end, as a file that can be opened. */
function withFiles(blocks: Json[], used: Map<string, Attachment>, files: Files): Json[] {
  const shown = new Set<unknown>()
  const visit = (node: Json): Json => {
    const attachment = node.type === 'file' || node.type === 'image' ? used.get(String(node.attrs?.src)) : undefined
    if (attachment) shown.add(node.attrs?.src)
    if (node.type === 'file' && attachment) return fileFor(attachment, files, String(node.attrs?.name || ''))
    return node.content ? { ...node, content: node.content.map(visit) } : node
  }
  const visited = blocks.map(visit)
  const rest = [...used]
    .filter(([address, { bucket }]) => !shown.has(address) && bucket === 'document-files')
    .map(([, attachment]) => attachment)
  const all = [...visited, ...rest.map((attachment) => fileFor(attachment, files, ''))]
  return all.length > 0 ? all : [{ type: 'paragraph' }]
}

function fileFor(attachment: Attachment, files: Files, name: string): Json {
  const own = attachment.path.split('/').at(-1) ?? ''
  return {
    type: 'file',
    attrs: { src: addressOf(attachment), name: name || own, size: files.read(attachment.path).length, mime: attachment.type },
  }
}

/** A name of people's files as a title: without what Notion and others add, and without what no title may have. */
function titleFrom(name: string): string {
  const words = name
    .replace(/[ _-][0-9a-f]{32}$/i, '')
    .replace(/\p{Cc}+/gu, ' ')
    .toWellFormed()
    .trim()
  return [...words].slice(0, 300).join('')
}
