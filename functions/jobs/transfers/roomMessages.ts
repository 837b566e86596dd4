import type { Json } from '../../../hocuspocus-server/src/formats/fit.ts'

export interface ExportedRoom {
  id: string
  kind: 'room' | 'direct'
  name: string
  topic: string
  description: string
  private: boolean
  created_at: Date
  /** As the database gives a bigint. */
  last_seq: string
}

interface Said {
  text: string | null
  content: { content?: unknown[] } | null
}

interface StoredFile {
  id: string
  path: string
  name: string
  kind: string
  size: number
  mime: string
  alt: string | null
}

export interface ExportedMessage extends Said {
  /** The number of the message at the beginning of its thread, or its own. */
  first: string
  seq: string
  id: string
  thread_id: string | null
  author_id: string | null
  bot_name: string | null
  created_at: Date
  edited_at: Date | null
  deleted_at: Date | null
  quote_id: string | null
  forwarded: (Said & { author_id: string | null; bot_name: string | null; created_at: string }) | null
  files: StoredFile[]
  pinned: boolean
  reactions: { emoji: string; user_id: string }[] | null
  edits: (Said & { version: number; edited_at: string })[] | null
}

/** Where a file of a message lies in the archive; undefined when it is not there. */
export type PathOf = (file: StoredFile) => string | undefined

/** Everybody whom a message names. */
export function peopleIn({ author_id, forwarded, reactions }: ExportedMessage): string[] {
  return [author_id, forwarded?.author_id, ...(reactions ?? []).map(({ user_id }) => user_id)].filter((id) => typeof id === 'string')
}

const words = (text: string, ...marks: string[]): Json => ({
  type: 'text',
  text,
  ...(marks.length > 0 && { marks: marks.map((type) => ({ type })) }),
})
const line = (...content: Json[]): Json => ({ type: 'paragraph', content })
const timeOf = (at: Date | string) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`

function saidIn({ text, content }: Said): Json[] {
  if (content) return (content.content ?? []) as Json[]
  return (text ?? '').split('\n').map((row) => line(...(row ? [words(row)] : [])))
}

/** A message as blocks of a document, with who said it and when; replies are indented as quotes are.
 *  @param nameOf what somebody is called; somebody unknown has a name too
 *  @param fileBlock shows a file that lies in the archive */
export function blocksOf(message: ExportedMessage, nameOf: (id: string | null) => string, pathOf: PathOf, fileBlock: FileBlock): Json[] {
  const { author_id, bot_name, created_at, edited_at, deleted_at, forwarded, pinned, reactions, edits } = message
  const notes = [edited_at && !deleted_at && 'edited', deleted_at && 'deleted', pinned && 'pinned'].filter(Boolean)
  const blocks = [
    line(words(bot_name ?? nameOf(author_id), 'bold'), words(` · ${[timeOf(created_at), ...notes].join(' · ')}`)),
    ...saidIn(message),
  ]
  if (forwarded) {
    const from = line(words(`${forwarded.bot_name ?? nameOf(forwarded.author_id)} · ${timeOf(forwarded.created_at)}`, 'italic'))
    blocks.push({ type: 'blockquote', content: [from, ...saidIn(forwarded)] })
  }
  for (const file of message.files) {
    const path = pathOf(file)
    blocks.push(path === undefined ? line(words(`${file.name} (not in this archive)`, 'italic')) : fileBlock(file, path))
  }
  if (reactions) {
    const given = Map.groupBy(reactions, ({ emoji }) => emoji)
    const people = (all: { user_id: string }[]) => all.map(({ user_id }) => nameOf(user_id)).join(', ')
    blocks.push(line(words([...given].map(([emoji, all]) => `${emoji} ${people(all)}`).join(' · '), 'italic')))
  }
  if (edits) {
    const versions = edits.flatMap((version) => [line(words(`Until ${timeOf(version.edited_at)}`, 'italic')), ...saidIn(version)])
    blocks.push({
      type: 'details',
      content: [
        { type: 'detailsSummary', content: [words('What it said before')] },
        { type: 'detailsContent', content: versions },
      ],
    })
  }
  return message.thread_id ? [{ type: 'blockquote', content: blocks }] : blocks
}

export type FileBlock = (file: StoredFile, path: string) => Json

const image = ({ alt, name }: StoredFile, path: string): Json => ({ type: 'image', attrs: { src: path, alt: alt ?? name } })

export const fileInHtml: FileBlock = (file, path) =>
  file.kind === 'image' ? image(file, path) : { type: 'file', attrs: { src: path, name: file.name, size: file.size, mime: file.mime } }

/** Links in Markdown lead to the web alone; this address becomes the path again when it is written, see inMarkdown. */
const BESIDE = 'https://beside.invalid/'

export const fileInMarkdown: FileBlock = (file, path) =>
  file.kind === 'image'
    ? image(file, path)
    : line({ type: 'text', text: file.name, marks: [{ type: 'link', attrs: { href: `${BESIDE}${encodeURIComponent(path)}` } }] })

/** The address of a link or picture as it stands in the archive. */
export function inArchive(src: string): string {
  if (!src.startsWith(BESIDE)) return /^[a-z]+:/i.test(src) ? src : encodeURI(src)
  return encodeURI(decodeURIComponent(src.slice(BESIDE.length)))
}
