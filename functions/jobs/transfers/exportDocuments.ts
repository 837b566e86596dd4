import { zipSync } from 'fflate'
import { writeMarkdown } from '../../../hocuspocus-server/src/formats/writeMarkdown.ts'
import { SCHEMA_VERSION } from '../../../hocuspocus-server/src/schema/version.ts'
import { type AddressOptions, addressesFor, fileName, filesIn, mentionedDocuments, type TreePage, treeOf } from './exportTree.ts'
import { writePage } from './htmlPage.ts'
import { Refused } from './refused.ts'
import type { Storage } from './storage.ts'
import type { Transfer, Transfers } from './transfers.ts'
import { writePdf } from './writePdf.ts'
import { writeWord } from './writeWord.ts'

export interface ExportServices {
  transfers: Transfers
  storage: Storage
  siteUrl: string
}

export interface Made {
  bytes: Uint8Array<ArrayBuffer>
  ending: string
  type: string
}

/** What is exported, with everything that its owner may read and nothing else. */
export interface Export extends Omit<AddressOptions, 'ending'> {
  /** By the address that documents use. */
  bytesOf(src: string): Promise<Uint8Array<ArrayBuffer> | undefined>
}

const MAX_BYTES = 45 * 1024 * 1024

export async function exportDocuments(transfer: Transfer, { transfers, storage, siteUrl }: ExportServices): Promise<void> {
  const rows = await transfers.pages(transfer.id)
  const pages = treeOf(rows, transfer.document_id ?? '')
  const [root] = pages
  if (!root) throw new Refused('document_not_found', 'The page is gone, or you may not see it any more.')
  const titles = await transfers.titles(transfer.id, [...mentionedDocuments(pages)])
  const files = filesIn(pages, await transfers.files(transfer.id))
  let fetched = 0
  let bytes = 0
  const given: Export = {
    pages,
    files,
    titles: new Map(titles.map(({ id, title }) => [id, title])),
    siteUrl,
    async bytesOf(src) {
      const file = files.get(src)
      if (!file) return undefined
      const content = await storage.download(file.bucket, file.name).catch(() => undefined) // Deleted meanwhile: the page goes out without it.
      fetched += 1
      bytes += content?.length ?? 0
      if (bytes > MAX_BYTES) throw new Refused('export_too_large', 'With its pictures and files this is more than 45 MB. Export its parts.')
      await transfers.note(transfer.id, Math.round((80 * fetched) / Math.max(1, files.size)))
      return content
    },
  }
  const made = await WRITERS[transfer.format as keyof typeof WRITERS](given)
  if (made.bytes.length > MAX_BYTES) throw new Refused('export_too_large', 'The file would have more than 45 MB. Export its parts.')
  await storage.upload('transfers', `${transfer.id}/result`, made.bytes, made.type)
  const name = `${fileName(root.page.title)}${made.ending}`
  await transfers.end(transfer.id, null, null, { file_name: name, bytes: made.bytes.length, documents: pages.length })
}

const WRITERS = { markdown, html, json, pdf: writePdf, docx: writeWord }

const encode = (text: string) => new TextEncoder().encode(text)

function markdown(given: Export): Promise<Made> {
  const write = (page: TreePage, ending: string | null) => {
    const title = page.page.title
      ? `# ${writeMarkdown([{ type: 'paragraph', content: [{ type: 'text', text: page.page.title }] }]).trim()}\n\n`
      : ''
    return title + writeMarkdown(page.blocks, addressesFor(page, { ...given, ending }))
  }
  return textFiles(given, '.md', 'text/markdown; charset=utf-8', write)
}

function html(given: Export): Promise<Made> {
  return textFiles(given, '.html', 'text/html; charset=utf-8', (page, ending) => writePage(page, addressesFor(page, { ...given, ending })))
}

/** One page alone is a file; with others, or with pictures, it is an archive of them. */
async function textFiles(
  given: Export,
  ending: string,
  type: string,
  write: (page: TreePage, ending: string | null) => string,
): Promise<Made> {
  const [root] = given.pages
  if (given.pages.length === 1 && given.files.size === 0 && root) return { bytes: encode(write(root, null)), ending, type }
  const entries: Record<string, Uint8Array> = {}
  for (const page of given.pages) entries[`${page.path}${ending}`] = encode(write(page, ending))
  return archiveOf(entries, given)
}

async function archiveOf(entries: Record<string, Uint8Array>, { files, bytesOf }: Pick<Export, 'files' | 'bytesOf'>): Promise<Made> {
  for (const [src, { path }] of files) {
    const content = await bytesOf(src)
    if (content) entries[path] = content
  }
  return { bytes: zipSync(entries, { level: 6 }) as Uint8Array<ArrayBuffer>, ending: '.zip', type: 'application/zip' }
}

/** With pictures and files it is an archive, in which the JSON says under which path each of them lies. */
async function json({ pages, files, bytesOf }: Export): Promise<Made> {
  const documents = pages.map(({ page: { id, parent_id, title, icon, updated_at, json: content } }) => ({
    id,
    parent_id,
    title,
    icon,
    updated_at,
    content,
  }))
  const written = { format: 'atrium', schema: SCHEMA_VERSION, documents }
  const [root] = pages
  if (files.size > 0 && root) {
    const paths = Object.fromEntries([...files].map(([src, { path }]) => [src, path]))
    const text = JSON.stringify({ ...written, files: paths }, null, 2)
    return archiveOf({ [`${fileName(root.page.title)}.json`]: encode(text) }, { files, bytesOf })
  }
  const text = JSON.stringify(written, null, 2)
  return { bytes: encode(text), ending: '.json', type: 'application/json' }
}
