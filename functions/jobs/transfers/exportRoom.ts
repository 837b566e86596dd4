import { Zip, ZipDeflate, ZipPassThrough } from 'fflate'
import { type Addresses, STORED, writeHtml } from '../../../hocuspocus-server/src/formats/writeHtml.ts'
import { writeMarkdown } from '../../../hocuspocus-server/src/formats/writeMarkdown.ts'
import type { ExportServices } from './exportDocuments.ts'
import { fileName } from './exportTree.ts'
import { pageAround } from './htmlPage.ts'
import { Refused } from './refused.ts'
import {
  blocksOf,
  type ExportedMessage,
  type ExportedRoom,
  fileInHtml,
  fileInMarkdown,
  inArchive,
  type PathOf,
  peopleIn,
} from './roomMessages.ts'
import type { Transfer } from './transfers.ts'

const MAX_BYTES = 45 * 1024 * 1024
/** Of files; what is left is for the messages. */
const MAX_FILE_BYTES = 36 * 1024 * 1024

/** Writes one kind of file, piece by piece: a long room is never in memory as a whole. */
interface Writer {
  ending: string
  begin(room: ExportedRoom, at: Date): string
  message(message: ExportedMessage, nameOf: (id: string | null) => string, pathOf: PathOf): string
  end(people: Map<string, string>): string
}

export async function exportRoom(transfer: Transfer, { transfers, storage }: ExportServices): Promise<void> {
  const room = await transfers.room(transfer.id)
  if (!room) throw gone()
  const archive = createArchive()
  const files = createFiles(transfer.with_files)
  const people = new Map<string, string>()
  const nameOf = (id: string | null) => (id && people.get(id)) || 'Somebody'
  const writer = WRITERS[transfer.format as keyof typeof WRITERS]()
  const text = archive.open(`messages${writer.ending}`)
  text.write(writer.begin(room, new Date()))
  let count = 0
  let after = { first: '0', seq: '0' }
  for (;;) {
    const page = await transfers.messages(transfer.id, after)
    const last = page.at(-1)
    if (!last) break
    const unknown = new Set(page.flatMap(peopleIn).filter((id) => !people.has(id)))
    for (const { id, name } of await transfers.names(transfer.id, [...unknown])) people.set(id, name)
    text.write(page.map((message) => writer.message(message, nameOf, files.pathOf)).join(''))
    count += page.length
    after = { first: last.first, seq: last.seq }
    await transfers.note(transfer.id, Math.round((60 * count) / Math.max(count, Number(room.last_seq))))
  }
  text.write(writer.end(people))
  text.end()
  let fetched = 0
  for (const { path, stored } of files.included) {
    const bytes = await storage.download('message-files', stored).catch(() => undefined) // Deleted meanwhile.
    if (bytes) archive.add(path, bytes)
    else files.leftOut.push(path)
    fetched += 1
    await transfers.note(transfer.id, 60 + Math.round((35 * fetched) / files.included.length))
  }
  if (files.leftOut.length > 0) archive.open('left-out.txt').end(`${files.leftOut.join('\n')}\n`)
  // Whoever lost the room meanwhile got only some of its pages.
  if (!(await transfers.room(transfer.id))) throw gone()
  const bytes = archive.close()
  await storage.upload('transfers', `${transfer.id}/result`, bytes, 'application/zip')
  const result = { file_name: `${fileName(room.name)}.zip`, bytes: bytes.length, messages: count, left_out: files.leftOut.length }
  await transfers.end(transfer.id, null, null, result)
}

const gone = () => new Refused('room_not_found', 'The room is gone, or you may not see it any more.')

/** Which files come along: in order, while there is room for them. */
function createFiles(areWanted: boolean) {
  const included: { path: string; stored: string }[] = []
  const leftOut: string[] = []
  let bytes = 0
  const pathOf: PathOf = ({ id, name, path: stored, size }) => {
    const [, stem = '', ending = ''] = /^(.*?)(\.[^.]*)?$/s.exec(name) ?? []
    const path = `files/${fileName(stem)} ${id.slice(0, 8)}${ending && `.${fileName(ending)}`}`
    if (!areWanted) return undefined
    if (bytes + size > MAX_FILE_BYTES) {
      leftOut.push(path)
      return undefined
    }
    bytes += size
    included.push({ path, stored })
    return path
  }
  return { included, leftOut, pathOf }
}

function createArchive() {
  const encoder = new TextEncoder()
  const parts: Uint8Array[] = []
  let size = 0
  const zip = new Zip((error, part) => {
    if (error) throw error
    size += part.length
    if (size > MAX_BYTES)
      throw new Refused('export_too_large', 'The archive would have more than 45 MB. Export the room without its files.')
    parts.push(part)
  })
  return {
    open(path: string) {
      const entry = new ZipDeflate(path, { level: 6 })
      zip.add(entry)
      return {
        write: (text: string) => entry.push(encoder.encode(text)),
        end: (text = '') => entry.push(encoder.encode(text), true),
      }
    },
    add(path: string, bytes: Uint8Array) {
      const entry = new ZipPassThrough(path)
      zip.add(entry)
      entry.push(bytes, true)
    },
    close(): Uint8Array<ArrayBuffer> {
      zip.end()
      const all = new Uint8Array(size)
      let at = 0
      for (const part of parts) {
        all.set(part, at)
        at += part.length
      }
      return all
    },
  }
}

const ADDRESSES: Addresses = {
  stored: inArchive,
  mention: (attrs) => ({ text: mentionText(attrs), href: null }),
}

function mentionText(attrs: Record<string, unknown>): string {
  const label = String(attrs.label ?? '')
  return attrs.kind === 'document' || attrs.kind === 'date' ? label || STORED.mention(attrs).text : `@${label}`
}

const aboutOf = ({ topic, description }: ExportedRoom) =>
  [topic, description].filter(Boolean).map((text) => ({ type: 'paragraph', content: [{ type: 'text', text }] }))

const WRITERS = { markdown, html, json }

function markdown(): Writer {
  return {
    ending: '.md',
    begin: (room) =>
      writeMarkdown([{ type: 'heading', attrs: { level: 1 }, content: [{ type: 'text', text: room.name }] }, ...aboutOf(room)]),
    message: (message, nameOf, pathOf) => `\n${writeMarkdown(blocksOf(message, nameOf, pathOf, fileInMarkdown), ADDRESSES)}`,
    end: () => '',
  }
}

function html(): Writer {
  let foot = ''
  return {
    ending: '.html',
    begin(room) {
      const around = pageAround(room.name)
      foot = around.foot
      return around.head + writeHtml(aboutOf(room))
    },
    message: (message, nameOf, pathOf) =>
      `<article id="m${message.seq}">${writeHtml(blocksOf(message, nameOf, pathOf, fileInHtml), ADDRESSES)}</article>\n`,
    end: () => foot,
  }
}

function json(): Writer {
  let isFirst = true
  return {
    ending: '.json',
    begin(room, at) {
      const { last_seq, ...about } = room
      return `{"format": "atrium-room", "version": 1, "exported_at": ${JSON.stringify(at)}, "room": ${JSON.stringify(about)}, "messages": [`
    },
    message({ first, seq, ...message }, _nameOf, pathOf) {
      const files = message.files.map(({ path, ...file }) => ({ ...file, path: pathOf({ ...file, path }) ?? null }))
      const text = JSON.stringify({ seq: Number(seq), ...message, files, reactions: message.reactions ?? [], edits: message.edits ?? [] })
      const separator = isFirst ? '\n' : ',\n'
      isFirst = false
      return separator + text
    },
    end: (people) => `\n], "people": ${JSON.stringify([...people].map(([id, name]) => ({ id, name })))}}\n`,
  }
}
