import type { Json } from '../../../hocuspocus-server/src/formats/fit.ts'
import { documentSchema } from '../../../hocuspocus-server/src/schema/documentSchema.ts'
import { SCHEMA_VERSION } from '../../../hocuspocus-server/src/schema/version.ts'
import { type Attachment, addressOf, attachmentFor, type Files, idFor, type Page } from './pages.ts'
import { Refused } from './refused.ts'

/** Pages as an export in JSON wrote them, each before those beneath it. */
export interface JsonPages {
  places: { id: string; parentId: string | null; path: null; name: string }[]
  read(place: { id: string }): Page
  attachments(): Attachment[]
}

interface Exported {
  id: string
  parent_id: string | null
  title: string
  icon: string | null
  content: Json
}

const INVALID = 'This is no export of pages in JSON, or it is damaged.'
/** What the storage service takes as it is; anything else is mere bytes. */
const PLAYABLE = /^(video\/(mp4|webm|ogg|quicktime)|audio\/(mpeg|mp4|aac|ogg|wav|webm|flac))$/

/** The export among some files: a file in JSON alone, or one at the top of an archive. Null when there is none. */
export function exportIn(files: Files): string | null {
  return (
    files.paths.find((path) => /^[^/]+\.json$/i.test(path) && isRecord(parse(files, path)) && parse(files, path)?.format === 'atrium') ??
    null
  )
}

/** Reads an export: the pages get new ids, and what leads from one to another leads to the new ones. */
export function readJson(files: Files, path: string, { transferId, siteUrl }: { transferId: string; siteUrl: string }): JsonPages {
  const given = parse(files, path)
  if (given?.format !== 'atrium' || typeof given.schema !== 'number' || !Array.isArray(given.documents))
    throw new Refused('file_invalid', INVALID)
  if (given.schema > SCHEMA_VERSION)
    throw new Refused('schema_newer', 'This file was written by a newer Atrium than this one. Bring this one up to date first.')
  const documents = new Map(given.documents.map((each) => [exported(each).id, exported(each)]))
  const paths = new Map(isRecord(given.files) ? Object.entries(given.files) : [])
  const attachments = new Map<string, Attachment>()
  const idOf = (id: string) => (documents.has(id) ? idFor(transferId, id) : null)

  function moved({ attrs, marks, content, ...rest }: Json, documentId: string): Json {
    return {
      ...rest,
      ...(attrs && { attrs: movedAttributes(rest.type, attrs, documentId) }),
      ...(marks && { marks: marks.map((mark) => ({ ...mark, ...(mark.attrs && { attrs: movedLink(mark.attrs) }) })) }),
      ...(content && { content: content.map((child) => moved(child, documentId)) }),
    }
  }

  function movedAttributes(type: string, attrs: Record<string, unknown>, documentId: string): Record<string, unknown> {
    if (type === 'mention' && attrs.kind === 'document') return { ...attrs, id: idOf(String(attrs.id)) ?? attrs.id }
    const file = type === 'image' || type === 'file' ? paths.get(String(attrs.src)) : undefined
    if (typeof file !== 'string' || !files.paths.includes(file)) return attrs
    const made = attachmentFor(files, file, documentId)
    const mime = String(attrs.mime)
    const attachment = made.bucket === 'document-files' && PLAYABLE.test(mime) ? { ...made, type: mime } : made
    attachments.set(addressOf(attachment), attachment)
    return { ...attrs, src: addressOf(attachment) }
  }

  function movedLink(attrs: Record<string, unknown>): Record<string, unknown> {
    const [, id] = /^https?:\/\/[^/]+\/d\/([0-9a-f-]{36})/.exec(String(attrs.href)) ?? []
    const to = id ? idOf(id) : null
    return to ? { ...attrs, href: `${siteUrl}/d/${to}` } : attrs
  }

  const byNewId = new Map([...documents.values()].map((document) => [idFor(transferId, document.id), document]))
  return {
    places: inOrder([...documents.values()]).map(({ id, parent_id, title }) => ({
      id: idFor(transferId, id),
      parentId: parent_id === null ? null : idOf(parent_id),
      path: null,
      name: title,
    })),
    read({ id }) {
      const { title, icon, content } = byNewId.get(id) as Exported
      try {
        const node = documentSchema.nodeFromJSON(moved(content, id))
        node.check()
        if (node.type !== documentSchema.topNodeType) throw new RangeError('not a document')
        return { title: [...title.toWellFormed()].slice(0, 300).join(''), icon, content: node }
      } catch (error) {
        if (error instanceof Refused) throw error
        throw new Refused('content_invalid', `“${title.slice(0, 100)}” holds what no page can hold.`)
      }
    },
    attachments: () => [...attachments.values()],
  }
}

function parse(files: Files, path: string): Record<string, unknown> | null {
  try {
    const given: unknown = JSON.parse(new TextDecoder().decode(files.read(path)))
    return isRecord(given) ? given : null
  } catch (error) {
    if (error instanceof Refused) throw error
    return null
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function exported(given: unknown): Exported {
  if (!isRecord(given) || typeof given.id !== 'string' || !isRecord(given.content)) throw new Refused('file_invalid', INVALID)
  const { id, parent_id, title, icon, content } = given
  return {
    id,
    parent_id: typeof parent_id === 'string' ? parent_id : null,
    title: typeof title === 'string' ? title.replace(/\p{Cc}+/gu, ' ') : '',
    icon: typeof icon === 'string' && icon.length <= 16 && !/\p{Cc}/u.test(icon) ? icon.toWellFormed() : null,
    content: content as unknown as Json,
  }
}

/** Each before those beneath it, in the order that they have. A page whose parent is not among them stands at the top. */
function inOrder(documents: Exported[]): Exported[] {
  const ids = new Set(documents.map(({ id }) => id))
  const children = Map.groupBy(documents, ({ parent_id }) => (parent_id !== null && ids.has(parent_id) ? parent_id : null))
  const order = [...(children.get(null) ?? [])]
  for (const document of order) order.push(...(children.get(document.id) ?? []))
  if (order.length < documents.length) throw new Refused('file_invalid', INVALID)
  return order
}
