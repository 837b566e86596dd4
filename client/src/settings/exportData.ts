import { Zip, ZipDeflate, ZipPassThrough } from 'fflate'
import type { Result } from '../../../sql/types.gen.ts'
import { toCsv } from '../csv.ts'
import { rpc, storage } from '../supabase.ts'

/** How far it is: files that were read, and which part of all bytes. */
export interface ExportProgress {
  done: number
  count: number
  part: number
}

interface ExportOptions {
  /** What stands in README.txt. */
  readme: string
  signal: AbortSignal
  onProgress(progress: ExportProgress): void
}

type OwnFile = Result<'my_files'>[number]

/** What `atrium.export_my_data` tells, as far as it is laid out here; all of it is in data.json. */
interface OwnData {
  documents: { id: string; title: string; text: string | null; markdown: string | null }[]
  messages: Record<string, string | null>[]
  memberships: Record<string, string | null>[]
  sessions: Record<string, string | null>[]
  message_files: { path: string; name: string }[]
}

/** Everything of the signed-in person as one ZIP, file after file: no more than one is in memory at a time, the rest is the browser's.
 *  @returns the ZIP, and how many files could not be read
 *  @throws {ProblemError} and an AbortError when it is stopped */
export async function exportData({ readme, signal, onProgress }: ExportOptions): Promise<{ file: Blob; missing: number }> {
  const [data, files] = await Promise.all([rpc<OwnData>('export_my_data'), rpc<OwnFile[]>('my_files')])
  signal.throwIfAborted()
  const archive = createArchive()
  archive.text('README.txt', readme)
  archive.text('data.json', JSON.stringify(data, null, 2))
  for (const name of ['messages', 'memberships', 'sessions'] as const) {
    const [first] = data[name]
    if (first) archive.text(`${name}.csv`, toCsv([Object.keys(first), ...data[name].map((row) => Object.values(row))]))
  }
  for (const { id, title, text, markdown } of data.documents) {
    archive.text(`pages/${nameOf(title, id)}.md`, `# ${title}\n\n${markdown ?? ''}`)
    archive.text(`pages/${nameOf(title, id)}.txt`, `${title}\n\n${text ?? ''}\n`)
  }

  const titles = new Map(data.documents.map(({ id, title }) => [id, title]))
  const names = new Map(data.message_files.map(({ path, name }) => [path, name]))
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const missing: string[] = []
  let read = 0
  for (const [index, file] of files.entries()) {
    onProgress({ done: index + 1, count: files.length, part: bytes > 0 ? read / bytes : 0 })
    const { data: body } = await (await storage()).from(file.bucket_id).download(file.name)
    signal.throwIfAborted()
    const id = file.name.split('/').at(-1) ?? ''
    const name = file.document_id
      ? `files/${nameOf(titles.get(file.document_id) ?? '', file.document_id)}/${id}`
      : `files/messages/${id.slice(0, 8)}-${plainName(names.get(file.name) ?? '')}`
    if (body) await archive.file(name, body.stream(), signal)
    else missing.push(name)
    read += file.bytes
  }
  if (missing.length > 0) archive.text('missing.txt', `${missing.join('\n')}\n`)
  return { file: archive.close(), missing: missing.length }
}

/** A ZIP whose parts are handed to the browser as they are made, which keeps large ones on the disk. */
function createArchive() {
  const parts: Blob[] = []
  const zip = new Zip((error, chunk) => {
    if (error) throw error
    parts.push(new Blob([chunk as Uint8Array<ArrayBuffer>]))
  })
  return {
    text(name: string, text: string) {
      const entry = new ZipDeflate(name, { level: 6 })
      zip.add(entry)
      entry.push(new TextEncoder().encode(text), true)
    },

    /** As it is: pictures and films are compressed already. */
    async file(name: string, body: ReadableStream<Uint8Array>, signal: AbortSignal) {
      const entry = new ZipPassThrough(name)
      zip.add(entry)
      const reader = body.getReader()
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        signal.throwIfAborted()
        entry.push(next.value)
      }
      entry.push(new Uint8Array(0), true)
    },

    close(): Blob {
      zip.end()
      return new Blob(parts, { type: 'application/zip' })
    },
  }
}

/** A name that every file system takes, and that no two pages share. */
const nameOf = (title: string, id: string) => `${plainName(title)}-${id.slice(0, 8)}`

function plainName(title: string): string {
  const plain = title
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replaceAll(/[\u0000-\u001f<>:"/\\|?*\s]+/g, ' ')
    .trim()
    .replace(/^\.+|[. ]+$/g, '')
  return plain.slice(0, 80) || 'untitled'
}
