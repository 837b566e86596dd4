import type { Json } from '../../../hocuspocus-server/src/formats/fit.ts'
import { type Addresses, STORED } from '../../../hocuspocus-server/src/formats/writeHtml.ts'
import type { ExportedPage } from './transfers.ts'

/** A page with its place in the exported tree. */
export interface TreePage {
  page: ExportedPage
  blocks: Json[]
  depth: number
  /** Its path without the ending; its folder has the same. */
  path: string
}

/** A picture or file that is exported beside the pages. */
export interface TreeFile {
  bucket: string
  name: string
  path: string
}

const STORED_FILE = /^\/storage\/v1\/object\/authenticated\/(document-images|document-files)\/(.+)$/

/** The pages in reading order, each before those beneath it. */
export function treeOf(pages: ExportedPage[], rootId: string): TreePage[] {
  const children = Map.groupBy(pages, ({ id, parent_id }) => (id === rootId ? null : parent_id))
  const taken = new Set<string>()
  const walk = (parent: string | null, depth: number, folder: string): TreePage[] =>
    (children.get(parent) ?? []).flatMap((page) => {
      const path = freeName(taken, `${folder}${fileName(page.title)}`)
      return [{ page, depth, path, blocks: withoutEnd((page.json.content ?? []) as Json[]) }, ...walk(page.id, depth + 1, `${path}/`)]
    })
  return walk(null, 0, '')
}

/** The empty lines on which an editor leaves the caret. */
function withoutEnd(blocks: Json[]): Json[] {
  const last = blocks.findLastIndex(({ type, content }) => type !== 'paragraph' || (content?.length ?? 0) > 0)
  return blocks.slice(0, last + 1)
}

/** A title as a file's name on every system. */
export function fileName(title: string): string {
  const name = title.replace(/[\p{Cc}\\/:*?"<>|#%]+/gu, '-').replace(/^[.\s-]+|[.\s]+$/g, '')
  return [...(name || 'Untitled')].slice(0, 80).join('').trim()
}

function freeName(taken: Set<string>, wanted: string): string {
  let path = wanted
  for (let count = 2; taken.has(path.toLowerCase()); count++) path = `${wanted} ${count}`
  taken.add(path.toLowerCase())
  return path
}

/** The stored files that pages show, and that may go out. */
export function filesIn(pages: TreePage[], allowed: { bucket: string; name: string }[]): Map<string, TreeFile> {
  const known = new Set(allowed.map(({ bucket, name }) => `${bucket}/${name}`))
  const found = new Map<string, TreeFile>()
  const taken = new Set<string>()
  const visit = ({ type, attrs, content = [] }: Json) => {
    const src = type === 'image' || type === 'file' ? String(attrs?.src) : ''
    const [, bucket, name] = STORED_FILE.exec(src) ?? []
    if (bucket && name && known.has(`${bucket}/${name}`) && !found.has(src)) {
      const own = type === 'file' ? fileName(String(attrs?.name)) : (name.split('/').at(-1) as string)
      found.set(src, { bucket, name, path: `attachments/${freeName(taken, own)}` })
    }
    content.forEach(visit)
  }
  for (const { blocks } of pages) blocks.forEach(visit)
  return found
}

export function mentionedDocuments(pages: TreePage[]): string[] {
  const ids = new Set<string>()
  const visit = ({ type, attrs, content = [] }: Json) => {
    if (type === 'mention' && attrs?.kind === 'document' && /^[0-9a-f-]{36}$/.test(String(attrs.id))) ids.add(String(attrs.id))
    content.forEach(visit)
  }
  for (const { blocks } of pages) blocks.forEach(visit)
  return [...ids]
}

export interface AddressOptions {
  pages: TreePage[]
  files: Map<string, TreeFile>
  titles: Map<string, string>
  siteUrl: string
  /** Of page files: `.md`. Null: there are no files beside each other, pages are reached on the site. */
  ending: string | null
}

/** How one page names the others and the files beside it. */
export function addressesFor(from: TreePage, { pages, files, titles, siteUrl, ending }: AddressOptions): Addresses {
  const paths = new Map(pages.map(({ page, path }) => [page.id, path]))
  const up = '../'.repeat(from.path.split('/').length - 1)
  const addressOf = (id: string) => {
    const path = ending === null ? undefined : paths.get(id)
    return path === undefined ? `${siteUrl}/d/${id}` : encodeURI(`${up}${path}${ending}`)
  }
  return {
    stored(src) {
      const file = files.get(src)
      if (file) return encodeURI(up + file.path)
      const [, id] = src.startsWith(`${siteUrl}/d/`) ? (/\/d\/([0-9a-f-]{36})/.exec(src) ?? []) : []
      return id ? addressOf(id) : src
    },
    mention(attrs) {
      const id = String(attrs.id)
      if (attrs.kind !== 'document') return { text: STORED.mention(attrs).text, href: null }
      const title = titles.get(id)
      return title === undefined ? { text: 'page', href: null } : { text: title || 'Untitled', href: addressOf(id) }
    },
  }
}
