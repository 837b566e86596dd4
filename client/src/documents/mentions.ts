import { createEffect, createResource, createRoot } from 'solid-js'
import type { MentionChoice, MentionShown, Mentions } from '../islands/contract.ts'
import { paths } from '../paths.ts'
import type { DocumentRow } from '../rows.ts'
import { rest, rows, rpc } from '../supabase.ts'
import type { Workspaces } from '../workspaces/workspaces.ts'
import { titleOf } from './actions.ts'
import type { Documents } from './documents.ts'

interface Reader {
  id: string
  name: string
  may_read: boolean
}

const offered = 6
/** People come and go slowly. */
const readersMs = 60_000

/** Who and what can be mentioned in a document, and what they are called now. */
export function createMentions(options: {
  documentId: string
  workspace: Pick<Workspaces, 'nameOf' | 'documents'>
  documents: Pick<Documents, 'tree'>
  navigate(path: string): void
}): Mentions {
  const { documentId, workspace, documents, navigate } = options
  let readers: Promise<Reader[]> | undefined

  /** Whom one may mention is whoever may read the document: the server says who that is. */
  function askReaders(): Promise<Reader[]> {
    if (!readers) {
      readers = rpc<Reader[]>('comment_people', { document_id: documentId })
      readers.catch(() => (readers = undefined))
      setTimeout(() => (readers = undefined), readersMs)
    }
    return readers
  }

  return {
    async search(typed) {
      const people = (await askReaders().catch(() => [])).filter((reader) => reader.may_read)
      const pages = workspace.documents().filter((page) => page.id !== documentId)
      return [
        ...fitting(typed, people, (person) => person.name).map(
          (person): MentionChoice => ({ kind: 'person', id: person.id, label: person.name }),
        ),
        ...fitting(typed, pages, titleOf).map(
          (page): MentionChoice => ({ kind: 'document', id: page.id, label: titleOf(page), ...(page.icon ? { sign: page.icon } : {}) }),
        ),
      ]
    },

    watch: watchNames(workspace, (id) => documents.tree().find(id)),
    open: navigate,
  }
}

/** Tells what people and pages are called, now and when it changes.
 *  @param listed a page that is in the lists of this client */
export function watchNames(workspace: Pick<Workspaces, 'nameOf'>, listed: (id: string) => DocumentRow | undefined): Mentions['watch'] {
  return (kind, id, tell) =>
    createRoot((dispose) => {
      // A group's name is the one that was written.
      if (kind === 'group') return dispose
      if (kind === 'person') {
        createEffect(() => {
          const label = workspace.nameOf(id)
          tell(label ? { label, sign: null, href: null } : null)
        })
        return dispose
      }
      // A page elsewhere, or one that was shared alone: the server shows it to whoever may read it.
      const [asked] = createResource(
        () => !listed(id) && id,
        async (wanted) =>
          (await rows<DocumentRow[]>(rest.from('documents').select('id,title,icon').eq('id', wanted)).catch(() => []))[0] ?? null,
      )
      createEffect(() => {
        const page = listed(id) ?? asked()
        if (page || asked.state === 'ready') tell(page ? shownPage(page) : null)
      })
      return dispose
    })
}

const shownPage = (page: DocumentRow): MentionShown => ({ label: titleOf(page), sign: page.icon, href: paths.document(page.id) })

/** Names that begin with what was typed come before those in which a word does. */
export function fitting<Item>(typed: string, items: readonly Item[], nameOf: (item: Item) => string): Item[] {
  const wanted = typed.trim().toLocaleLowerCase()
  const rank = (item: Item) => {
    const name = nameOf(item).toLocaleLowerCase()
    if (name.startsWith(wanted)) return 0
    if (name.includes(` ${wanted}`)) return 1
    return name.includes(wanted) ? 2 : 3
  }
  return items
    .map((item) => ({ item, rank: rank(item) }))
    .filter((found) => found.rank < 3)
    .sort((left, right) => left.rank - right.rank)
    .slice(0, offered)
    .map(({ item }) => item)
}
