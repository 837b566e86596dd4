import { createContext, createMemo, createSignal, useContext } from 'solid-js'
import type { DocumentRow } from '../rows.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { ask } from '../sync/ask.ts'
import type { Workspaces } from '../workspaces/workspaces.ts'
import { documentTree, type Place } from './tree.ts'

export interface TrashedDocument extends DocumentRow {
  trashed_at: string
}

const columns =
  'id,workspace_id,space_id,parent_id,title,icon,position,created_by,created_at,updated_at,trashed_at,locked_at,locked_by,is_template'

/** The documents of the workspace that is shown and what can be done with them. Each change is painted at once; when the server refuses
 *  it, the list is as before and the promise rejects with the ProblemError. */
export function createDocuments(workspace: Workspaces, person: () => { id: string } | null) {
  const tree = createMemo(() => documentTree(workspace.documents()))
  /** Pages that the server does not have yet. */
  const [making, setMaking] = createSignal<ReadonlyMap<string, Promise<void>>>(new Map())
  const [favourites, setFavourites] = createSignal<readonly string[]>([])
  const [expanded, setExpanded] = createSignal<ReadonlySet<string>>(new Set())

  function expand(id: string, open: boolean) {
    setExpanded((before) => {
      const after = new Set(before)
      if (open) after.add(id)
      else after.delete(id)
      return after
    })
  }

  const patchColumns = (id: string, patch: Partial<DocumentRow>) =>
    ask(() => rows(rest.from('documents').update(patch).eq('id', id)), { entity: 'document', id, op: 'change', patch })

  async function change(id: string, patch: Partial<DocumentRow>, run: () => Promise<unknown>): Promise<void> {
    await making().get(id)
    const before = tree().find(id)
    const kept = before && Object.fromEntries(Object.keys(patch).map((key) => [key, before[key as keyof DocumentRow]]))
    workspace.patchDocument(id, patch)
    try {
      await run()
    } catch (error) {
      if (kept) workspace.patchDocument(id, kept)
      throw error
    }
  }

  return {
    tree,
    isExpanded: (id: string) => expanded().has(id),
    expand,
    /** Opens every branch above a document. */
    reveal: (id: string) => {
      for (const ancestor of tree().ancestorsOf(id)) expand(ancestor.id, true)
    },
    mayEdit: (document: { space_id: string }) => workspace.can('editor', document.space_id),
    /** The same, unless the document is locked. */
    mayWrite: (document: { space_id: string; locked_at: string | null }) =>
      document.locked_at === null && workspace.can('editor', document.space_id),

    /** Makes an empty page at the end of a space or of another page.
     *  @returns its id at once, and when the server has it */
    create(spaceId: string, parentId: string | null): { id: string; stored: Promise<void> } {
      const id = crypto.randomUUID()
      const now = new Date().toISOString()
      const row: DocumentRow = {
        id,
        workspace_id: workspace.id(),
        space_id: spaceId,
        parent_id: parentId,
        title: '',
        icon: null,
        // Behind every position, in the order in which they were made, until the server has said which it is.
        position: `zz${now}`,
        created_by: person()?.id ?? null,
        created_at: now,
        updated_at: now,
        locked_at: null,
        locked_by: null,
        is_template: false,
      }
      workspace.putDocument(row)
      if (parentId) expand(parentId, true)
      const patch = { space_id: spaceId, parent_id: parentId, title: '', position: null }
      const stored = ask(() => rpc<DocumentRow>('create_document', { id, ...patch }), {
        entity: 'document',
        id,
        op: 'create',
        patch,
        row: { ...row },
      }).then(
        (made) => {
          if (made) workspace.patchDocument(id, made)
        },
        (error: unknown) => {
          workspace.dropDocuments([id])
          throw error
        },
      )
      setMaking((before) => new Map(before).set(id, stored))
      const made = () => setMaking((before) => new Map([...before].filter(([other]) => other !== id)))
      stored.then(made, made)
      return { id, stored }
    },

    rename: (id: string, title: string) => change(id, { title, updated_at: new Date().toISOString() }, () => patchColumns(id, { title })),

    setIcon: (id: string, icon: string | null) => change(id, { icon }, () => patchColumns(id, { icon })),

    async move(id: string, place: Place): Promise<void> {
      if (place.parentId) expand(place.parentId, true)
      // Only who moves a page needs what makes positions.
      const { positionIn } = await import('./position.ts')
      const position = positionIn(place)
      const patch = { parent_id: place.parentId, space_id: place.spaceId, ...(position ? { position } : {}) }
      const given = { parent_id: place.parentId, position, space_id: place.spaceId }
      await change(id, patch, () =>
        ask(() => rpc('move_document', { id, ...given }), { entity: 'document', id, op: 'change', patch: given, row: patch }),
      )
      // Its family changed space with it.
      await workspace.reloadDocuments()
    },

    /** Moves a page and what is under it into the trash. */
    async trash(id: string): Promise<void> {
      const gone = tree()
        .familyOf(id)
        .map((member) => tree().find(member))
        .filter((document) => document !== undefined)
      workspace.dropDocuments(gone.map((document) => document.id))
      try {
        await ask(() => rpc('trash_document', { id }), { entity: 'document', id, op: 'delete' })
      } catch (error) {
        for (const document of gone) workspace.putDocument({ ...document })
        throw error
      }
    },

    async restore(id: string): Promise<void> {
      await rpc('restore_document', { id })
      await workspace.reloadDocuments()
    },

    /** Deletes what is in the trash, with what is under it. */
    deleteForEver: (id: string) => rpc('delete_document', { id }),

    lock: (id: string, locked: boolean) =>
      change(id, { locked_at: locked ? new Date().toISOString() : null, locked_by: locked ? (person()?.id ?? null) : null }, () =>
        rpc(locked ? 'lock_document' : 'unlock_document', { id }),
      ),

    setTemplate: (id: string, is_template: boolean) => change(id, { is_template }, () => patchColumns(id, { is_template })),

    /** Copies a page and what is under it to the end of its siblings.
     *  @returns the copy */
    async duplicate(document: DocumentRow, title: string): Promise<DocumentRow> {
      await making().get(document.id)
      const { id, parent_id } = document
      const made = await rpc<DocumentRow>('duplicate_document', { document_id: id, id: crypto.randomUUID(), parent_id, title })
      workspace.putDocument(made)
      await workspace.reloadDocuments()
      return made
    },

    /** Makes a page at the top of a space as a template says.
     *  @returns the page */
    async createFromTemplate(template: DocumentRow, space_id: string): Promise<DocumentRow> {
      const today = new Date().toLocaleDateString('sv') // As 2026-03-02, in the time zone of the person.
      const made = await rpc<DocumentRow>('create_from_template', { template_id: template.id, id: crypto.randomUUID(), space_id, today })
      workspace.putDocument(made)
      await workspace.reloadDocuments()
      return made
    },

    /** Ids of the pages with a star, the oldest star first. Those that may no longer be read are among them. */
    favourites,
    async readFavourites(): Promise<void> {
      const found = await rows<{ document_id: string }[]>(rest.from('favourites').select('document_id').order('created_at'))
      setFavourites(found.map((row) => row.document_id))
    },
    async setFavourite(document_id: string, favourite: boolean): Promise<void> {
      const before = favourites()
      setFavourites([...before.filter((id) => id !== document_id), ...(favourite ? [document_id] : [])])
      try {
        const created_at = new Date().toISOString()
        await ask(() => rpc('set_favourite', { document_id, favourite }), {
          entity: 'favourite',
          id: document_id,
          op: favourite ? 'create' : 'delete',
          row: { document_id, created_at },
        })
      } catch (error) {
        setFavourites(before)
        throw error
      }
    },

    /** Whether the server has it. */
    isStored: (id: string) => !making().has(id),

    /** One document, also when it is in the trash or in another workspace of this person; null when there is none for him. */
    async read(id: string): Promise<(DocumentRow & { trashed_at: string | null }) | null> {
      await making().get(id)
      const [row] = await rows<(DocumentRow & { trashed_at: string | null })[]>(rest.from('documents').select(columns).eq('id', id))
      return row ?? null
    },

    /** For how many days it lies there; null for ever. */
    trashDays: () => rpc<number | null>('trash_days', { workspace_id: workspace.id() }),

    /** What lies in the trash, the latest first. Of a sub-tree only its top: restoring that brings the rest. */
    async readTrash(spaceId?: string): Promise<TrashedDocument[]> {
      let query = rest.from('documents').select(columns).eq('workspace_id', workspace.id()).not('trashed_at', 'is', null)
      if (spaceId) query = query.eq('space_id', spaceId)
      const found = await rows<TrashedDocument[]>(query.order('trashed_at', { ascending: false }).limit(500))
      const together = new Map(found.map((document) => [document.id, document.trashed_at]))
      return found.filter((document) => document.parent_id === null || together.get(document.parent_id) !== document.trashed_at)
    },
  }
}

export type Documents = ReturnType<typeof createDocuments>

export const DocumentsContext = createContext<Documents>()

export function useDocuments(): Documents {
  const documents = useContext(DocumentsContext)
  if (!documents) throw new Error('useDocuments needs a DocumentsProvider above it')
  return documents
}
