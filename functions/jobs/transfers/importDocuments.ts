import { newDocument } from '../../../hocuspocus-server/src/newDocument.ts'
import { openArchive } from './archive.ts'
import { createPageReader, type Files, placesOf } from './pages.ts'
import { exportIn, readJson } from './readJson.ts'
import { Refused } from './refused.ts'
import type { Storage } from './storage.ts'
import type { Transfer, Transfers } from './transfers.ts'
import { readWordDocument } from './wordDocument.ts'

export interface ImportServices {
  transfers: Transfers
  storage: Storage
  siteUrl: string
}

const MEBIBYTE = 1024 * 1024
const LIMITS = { files: 5_000, fileBytes: 50 * MEBIBYTE, totalBytes: 250 * MEBIBYTE }
const MAX_PAGES = 2_000

/** Reads what somebody brought, and lets all of its pages appear at once. */
export async function importDocuments(transfer: Transfer, { transfers, storage, siteUrl }: ImportServices): Promise<void> {
  const files = await filesOf(transfer, await storage.download('transfers', `${transfer.id}/source`))
  const exported = transfer.format === 'json' ? (files.paths[0] as string) : transfer.format === 'zip' ? exportIn(files) : null
  const given = exported === null ? null : readJson(files, exported, { transferId: transfer.id, siteUrl })
  const places = given?.places ?? placesOf(files, transfer.id)
  if (places.length === 0)
    throw new Refused('nothing_to_import', 'There are no pages in it: no Markdown, HTML or text, and no export in JSON.')
  if (places.length > MAX_PAGES) throw new Refused('archive_too_large', `More than ${MAX_PAGES} pages cannot be imported at once.`)
  const reader = given ?? createPageReader({ files, places, siteUrl })
  for (const [index, place] of places.entries()) {
    const { title, icon = null, content } = reader.read(place)
    const { update, contents } = newDocument(content)
    // Each wait also lets the worker say that it is alive.
    const page = { id: place.id, parent_id: place.parentId, title, icon, ...contents, update: base64(update) }
    await transfers.stage(transfer.id, index, page)
    await transfers.note(transfer.id, Math.round((60 * (index + 1)) / places.length))
  }
  const attachments = reader.attachments()
  for (const [index, { path, bucket, object, type }] of attachments.entries()) {
    await storage.upload(bucket, object, files.read(path), type)
    await transfers.note(transfer.id, 60 + Math.round((38 * (index + 1)) / attachments.length))
  }
  const used = new Set([exported, ...places.map(({ path }) => path), ...attachments.map(({ path }) => path)])
  const outcome = await transfers.finishImport(transfer.id, {
    documents: places.length,
    root_ids: places.filter(({ parentId }) => parentId === null).map(({ id }) => id),
    skipped: files.paths.filter((path) => !used.has(path)).slice(0, 100),
  })
  if (outcome === 'done' || outcome === null) return
  for (const bucket of ['document-images', 'document-files'] as const) {
    const names = attachments.filter((each) => each.bucket === bucket).map(({ object }) => object)
    if (names.length > 0) await storage.remove(bucket, names)
  }
  throw new Refused(outcome, REFUSALS[outcome] ?? 'The pages could not be put there.')
}

const REFUSALS: Record<string, string> = {
  role_too_low: 'You may not add pages there any more.',
  space_archived: 'The space is archived.',
  parent_not_found: 'The page beneath which they should go is gone.',
}

const ENDINGS = { html: 'html', json: 'json' }

async function filesOf({ format, file_name }: Transfer, bytes: Uint8Array<ArrayBuffer>): Promise<Files> {
  if (format === 'zip') return openArchive(bytes, LIMITS)
  const name = file_name.split(/[\\/]/).at(-1) ?? ''
  if (format === 'docx') return readWordDocument(bytes, name)
  const path = `${name.replace(/\.[a-z]{2,8}$/i, '') || 'Import'}.${ENDINGS[format as keyof typeof ENDINGS] ?? 'md'}`
  return { paths: [path], read: () => bytes }
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let start = 0; start < bytes.length; start += 0x8000) text += String.fromCharCode(...bytes.subarray(start, start + 0x8000))
  return btoa(text)
}
