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
  [/\.(md|markdown|mdown|txt)$/i, 'markdown'],
]
export const accepted = '.md,.markdown,.mdown,.txt,.html,.htm,.docx,.zip'

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
export async function exportPage(
  documentId: string,
  format: string,
  withChildren: boolean,
  steps: Pick<Steps, 'onProgress' | 'signal'>,
): Promise<{ name: string; address: string }> {
  const { id } = await rpc<TransferRow>('export_document', { document_id: documentId, format, with_children: withChildren })
  const { result } = await settled(id, steps)
  const name = (result as { file_name: string }).file_name
  const { data, error } = await (await storage()).from(bucket).createSignedUrl(`${id}/result`, linkSeconds, { download: name })
  if (error) throw problemOf(error)
  return { name, address: data.signedUrl }
}

async function settled(id: string, { onProgress, signal }: Pick<Steps, 'onProgress' | 'signal'>): Promise<TransferRow> {
  for (;;) {
    const row = await rows<TransferRow>(rest.from(bucket).select('*').eq('id', id).single())
    onProgress(row.progress / 100)
    if (row.state === 'done') return row
    if (row.state === 'failed') throw new ProblemError(422, row.error ?? 'failed', row.message ?? en.failed)
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    signal.throwIfAborted()
  }
}
