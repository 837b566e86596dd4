import { ProblemError, problemOf } from '../../errors.ts'
import type { TransferRow } from '../../rows.ts'
import { rest, rows, rpc, storage } from '../../supabase.ts'
import { putFile } from '../putFile.ts'
import { en } from './en.ts'

const bucket = 'transfers'
const megabytes = 50
const pollMs = 400
const linkSeconds = 300

const formats: [RegExp, string][] = [
  [/\.zip$/i, 'zip'],
  [/\.docx$/i, 'docx'],
  [/\.html?$/i, 'html'],
  [/\.json$/i, 'json'],
  [/\.(md|markdown|mdown|txt)$/i, 'markdown'],
]
export const accepted = '.md,.markdown,.mdown,.txt,.html,.htm,.docx,.json,.zip'

/** Why this file cannot be imported, as a sentence; null when it can be tried. */
export function refusalOf(file: File): string | null {
  if (!formats.some(([pattern]) => pattern.test(file.name))) return en.import.kind
  if (file.size === 0) return en.import.empty
  return file.size > megabytes * 1024 * 1024 ? en.import.tooLarge : null
}

interface Steps {
  /** From 0 to 1. */
  onSent(part: number): void
  onProgress(part: number): void
  signal: AbortSignal
}

/** Imports one file and waits until its pages are there.
 *  @throws an error of which `sentenceOf` makes a sentence */
export async function importFile(file: File, spaceId: string, parentId: string | null, steps: Steps): Promise<TransferRow> {
  const id = crypto.randomUUID()
  const format = formats.find(([pattern]) => pattern.test(file.name))?.[1]
  await rpc('create_import', { id, space_id: spaceId, format, parent_id: parentId, file_name: file.name })
  const { data, error } = await (await storage()).from(bucket).createSignedUploadUrl(`${id}/source`)
  if (error) throw problemOf(error)
  await putFile(data.signedUrl, file, 'application/octet-stream', steps.onSent, steps.signal)
  await rpc('start_import', { transfer_id: id })
  return settled(id, steps)
}

/** Makes a file of a page and gives the address from which it can be fetched for some minutes.
 *  @throws an error of which `sentenceOf` makes a sentence */
export async function exportPage(documentId: string, format: string, withChildren: boolean, steps: ExportSteps): Promise<MadeFile> {
  const { id } = await rpc<TransferRow>('export_document', { document_id: documentId, format, with_children: withChildren })
  return made(await settled(id, steps))
}

/** Makes an archive of a room, as `exportPage` does of a page. */
export async function exportRoom(roomId: string, format: string, withFiles: boolean, steps: ExportSteps): Promise<MadeFile> {
  const { id } = await rpc<TransferRow>('export_room', { room_id: roomId, format, with_files: withFiles })
  return made(await settled(id, steps))
}

type ExportSteps = Pick<Steps, 'onProgress' | 'signal'>

export interface MadeFile {
  name: string
  address: string
  /** Files of messages that were too large to come along. */
  leftOut: number
}

async function made({ id, result }: TransferRow): Promise<MadeFile> {
  const { file_name: name, left_out: leftOut = 0 } = result as { file_name: string; left_out?: number }
  const { data, error } = await (await storage()).from(bucket).createSignedUrl(`${id}/result`, linkSeconds, { download: name })
  if (error) throw problemOf(error)
  return { name, address: data.signedUrl, leftOut }
}

/** The server says that it is to be saved, and under which name. */
export function save({ name, address }: MadeFile) {
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
}

async function settled(id: string, { onProgress, signal }: ExportSteps): Promise<TransferRow> {
  for (;;) {
    const row = await rows<TransferRow>(rest.from(bucket).select('*').eq('id', id).single())
    onProgress(row.progress / 100)
    if (row.state === 'done') return row
    if (row.state === 'failed') throw new ProblemError(422, row.error ?? 'failed', row.message ?? en.failed)
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    signal.throwIfAborted()
  }
}
