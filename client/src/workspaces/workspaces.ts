import { createContext, createEffect, createMemo, createSignal, on, useContext } from 'solid-js'
import { createStore, reconcile } from 'solid-js/store'
import { en } from '../en.ts'
import {
  type DocumentRow,
  higher,
  isAtLeast,
  type MemberRow,
  type Role,
  type RoomRow,
  type SpaceMemberRow,
  type SpaceRoomRow,
  type SpaceRow,
  type WorkspaceRow,
} from '../rows.ts'
import type { Session } from '../session.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { remember, remembered } from '../ui/memory.ts'

interface Lists {
  spaces: SpaceRow[]
  documents: DocumentRow[]
  rooms: RoomRow[]
  people: MemberRow[]
  /** The caller's highest role in a space, of his own and of his groups; the workspace's comes on top in an open one. */
  spaceRoles: Record<string, Role>
}

const emptyLists: Lists = { spaces: [], documents: [], rooms: [], people: [], spaceRoles: {} }
const documentColumns =
  'id,workspace_id,space_id,parent_id,title,icon,position,created_by,created_at,updated_at,locked_at,locked_by,is_template'
/** Stands for the workspaces in which somebody is not, but has opened a page by a link. */
const linked = '00000000-0000-0000-0000-000000000000'
/** PostgREST gives at most this many rows at once. */
const pageRows = 1000

/** The workspaces of the signed-in person, the one that is shown, and its lists. Lists are read from the server and read again
 *  when a hint says so; changes made here are painted by the `patch…` functions before the server has answered. */
export function createWorkspaces(session: Session) {
  const [all, setAll] = createSignal<WorkspaceRow[]>()
  const [id, setId] = createSignal<string>()
  const [lost, setLost] = createSignal<string>()
  const [problem, setProblem] = createSignal<unknown>()
  const [listsOf, setListsOf] = createSignal<string>()
  const [lists, setLists] = createStore<Lists>(structuredClone(emptyLists))
  const rooms = createMemo(() => lists.rooms.filter((row): row is SpaceRoomRow => row.space_id !== null))
  const directs = createMemo(() =>
    lists.rooms.filter((row) => row.space_id === null).sort((one, other) => (other.last_at ?? '').localeCompare(one.last_at ?? '')),
  )
  const current = createMemo(() => all()?.find((workspace) => workspace.id === id()))

  const memory = () => memoryOf(session.user()?.id)

  /** Reads the workspaces; a current one that is gone is left for another. */
  async function reloadAll(): Promise<void> {
    const [found, links] = await Promise.all([rpc<WorkspaceRow[]>('my_workspaces'), rpc<boolean>('has_links')])
    if (links) found.push({ id: linked, name: en.linked, role: 'guest', epoch: 0, joined_at: '', needs_mfa: false })
    const before = current()
    const isLost = before !== undefined && !found.some((workspace) => workspace.id === before.id)
    // Who is signed out elsewhere sees nothing any more, and has lost no workspace by it.
    if ((isLost || found.length === 0) && !(await session.isAlive())) return
    setAll(found)
    if (isLost) setLost(before.name)
    const wanted = id() ?? remembered(memory())
    const shown = found.find((workspace) => workspace.id === wanted) ?? found[0]
    setId(shown?.id)
  }

  /** Runs a reading; what arrives after the person has moved to another workspace is dropped. */
  async function read<Result>(query: (workspace: string) => Promise<Result>, keep: (result: Result) => void): Promise<void> {
    const workspace = id()
    if (!workspace) return
    const result = await query(workspace)
    if (workspace === id()) keep(result)
  }

  const reloadSpaces = () =>
    read(readSpaces, (spaces) => {
      setLists('spaces', reconcile(spaces, { key: 'id' }))
    })
  const reloadSpaceRoles = () =>
    read(
      () => readSpaceRoles(session.user()?.id),
      (own) => setLists('spaceRoles', reconcile(own)),
    )
  const reloadDocuments = () => read(readDocuments, (found) => setLists('documents', reconcile(found, { key: 'id' })))
  const reloadRooms = () => read(readRooms, (found) => setLists('rooms', reconcile(found, { key: 'id' })))
  const reloadPeople = () =>
    read(
      (workspace) => (role() === 'guest' ? readKnownPeople() : readMembers(workspace)),
      (found) => setLists('people', reconcile(found, { key: 'user_id' })),
    )

  async function reloadLists(): Promise<void> {
    const workspace = id()
    await Promise.all([reloadSpaces(), reloadSpaceRoles(), reloadDocuments(), reloadRooms()])
    if (workspace === id()) setListsOf(workspace)
  }

  let reading: Promise<void> | undefined
  let isStale = false

  /** Reads everything again; a failure is shown where nothing else is. Whoever asks during a reading gets one more after it. */
  function reload(): Promise<void> {
    isStale = true
    reading ??= readUntilFresh().finally(() => {
      reading = undefined
    })
    return reading
  }

  async function readUntilFresh(): Promise<void> {
    while (isStale) {
      isStale = false
      try {
        await readAll()
        setProblem(undefined)
      } catch (error) {
        setProblem(error)
      }
    }
  }

  async function readAll(): Promise<void> {
    if (all()) {
      await reloadAll()
      await reloadLists()
    } else await readFirst()
    // Without the second step the server tells of the workspace alone.
    if (!current()?.needs_mfa) await reloadPeople()
  }

  /** The lists of the workspace that was shown last are read beside the list of workspaces, not after it. */
  async function readFirst(): Promise<void> {
    const guess = id() ?? remembered(memory()) ?? undefined
    setId(guess)
    const [workspaces, guessed] = await Promise.allSettled([reloadAll(), reloadLists()])
    if (workspaces.status === 'rejected') throw workspaces.reason
    if (id() !== guess) await reloadLists()
    else if (guessed.status === 'rejected') throw guessed.reason
  }

  /** Shows another workspace of this person, or what he opened by links for one that is not his. */
  function enter(wanted: string): void {
    const workspace = all()?.some((row) => row.id === wanted) ? wanted : linked
    if (workspace === listsOf()) return
    setLists(reconcile(structuredClone(emptyLists)))
    setId(workspace)
    void reload()
  }

  createEffect(on(id, (workspace) => workspace && remember(memory(), workspace), { defer: true }))
  // A name or a token that changes is no other person.
  const person = createMemo(() => session.user()?.id)
  createEffect(on(person, (signedIn) => signedIn && void reload()))
  // A session that ended and came back has missed everything meanwhile.
  createEffect(on(session.ended, (ended, before) => !ended && before && void reload(), { defer: true }))

  const role = (): Role => current()?.role ?? 'guest'
  const roleIn = (space: string): Role => {
    const isOpen = !lists.spaces.find((row) => row.id === space)?.private
    return higher(lists.spaceRoles[space] ?? 'guest', isOpen ? role() : 'guest')
  }

  return {
    /** Undefined until they are read. */
    all,
    /** Whether the lists belong to the current workspace. */
    loaded: () => current() !== undefined && listsOf() === id(),
    problem,
    /** The name of a workspace that this person was in until now; reading it once is enough. */
    lost,
    forgetLost: () => setLost(undefined),

    id: () => id() ?? '',
    name: () => current()?.name ?? '',
    epoch: () => current()?.epoch ?? 0,
    role,
    /** Whether the workspace asks for a second step that this session lacks: then it shows nothing else. */
    needsSecondStep: () => current()?.needs_mfa ?? false,
    /** Whether the person has at least this role: in the workspace, or in one of its spaces. The server decides; this only
     *  leaves out what it would refuse. */
    can: (needed: Role, space?: string) => isAtLeast(space ? roleIn(space) : role(), needed),

    spaces: () => lists.spaces,
    space: (space: string) => lists.spaces.find((row) => row.id === space),
    documents: () => lists.documents,
    document: (document: string) => lists.documents.find((row) => row.id === document),
    rooms,
    /** Direct conversations, the latest first. */
    directs,
    room: (room: string) => lists.rooms.find((row) => row.id === room),
    people: () => lists.people,
    /** A person's name; undefined for one who is not (or no longer) in the workspace. */
    nameOf: (person: string) => lists.people.find((row) => row.user_id === person)?.name,

    enter,
    reload,
    reloadAll,
    reloadLists,
    reloadSpaces: () => Promise.all([reloadSpaces(), reloadSpaceRoles()]),
    reloadDocuments,
    reloadRooms,
    reloadPeople,

    putDocument: (row: DocumentRow) => setLists('documents', (found) => [...found.filter((other) => other.id !== row.id), row]),
    patchDocument: (document: string, patch: Partial<DocumentRow>) => setLists('documents', (row) => row.id === document, patch),
    dropDocuments: (gone: readonly string[]) => setLists('documents', (found) => found.filter((row) => !gone.includes(row.id))),
    patchRoom: (room: string, patch: Partial<RoomRow>) => setLists('rooms', (row) => row.id === room, patch),
    patchPerson: (person: string, patch: Partial<MemberRow>) => setLists('people', (row) => row.user_id === person, patch),
    patchSpace: (space: string, patch: Partial<SpaceRow>) => setLists('spaces', (row) => row.id === space, patch),
  }
}

const memoryOf = (person: string | undefined) => `atrium.workspace.${person}`

/** Makes a workspace the one that this person sees first. */
export function rememberWorkspace(person: string, workspace: string): void {
  remember(memoryOf(person), workspace)
}

function readSpaces(workspace: string): Promise<SpaceRow[]> {
  return rows(rest.from('spaces').select('*').eq('workspace_id', workspace).is('archived_at', null).order('position').order('id'))
}

async function readSpaceRoles(person: string | undefined): Promise<Record<string, Role>> {
  const [direct, groups] = await Promise.all([
    rows<SpaceMemberRow[]>(rest.from('space_members').select('*').or(`user_id.eq.${person},group_id.not.is.null`)),
    rows<{ group_id: string }[]>(rest.from('group_members').select('group_id').eq('user_id', person)),
  ])
  const mine = new Set(groups.map((row) => row.group_id))
  const found: Record<string, Role> = {}
  for (const row of direct) {
    if (row.user_id === person || (row.group_id && mine.has(row.group_id))) {
      found[row.space_id] = higher(row.role, found[row.space_id] ?? 'guest')
    }
  }
  return found
}

async function readDocuments(workspace: string): Promise<DocumentRow[]> {
  const found: DocumentRow[] = []
  for (;;) {
    const query = workspace === linked ? readLinked() : rest.from('documents').select(documentColumns).eq('workspace_id', workspace)
    const page = await rows<DocumentRow[]>(
      query
        .is('trashed_at', null)
        .order('id')
        .range(found.length, found.length + pageRows - 1),
    )
    found.push(...page)
    if (page.length < pageRows) return found
  }
}

const readLinked = () => rest.rpc('linked_documents').select(documentColumns)

function readRooms(workspace: string): Promise<RoomRow[]> {
  return rpc('my_rooms', { workspace_id: workspace === linked ? null : workspace })
}

function readMembers(workspace: string): Promise<MemberRow[]> {
  return rpc('workspace_members', { workspace_id: workspace })
}

/** A guest may not list the members: he sees the people he shares something with, by name alone. */
async function readKnownPeople(): Promise<MemberRow[]> {
  const profiles = await rows<{ id: string; name: string; created_at: string }[]>(rest.from('profiles').select('id,name,created_at'))
  return profiles.map((row) => ({
    user_id: row.id,
    name: row.name,
    email: null,
    role: 'guest',
    suspended_at: null,
    joined_at: row.created_at,
    expires_at: null,
  }))
}

export type Workspaces = ReturnType<typeof createWorkspaces>

export const WorkspaceContext = createContext<Workspaces>()

/** The workspace that is shown, its lists and what changes them. */
export function useWorkspace(): Workspaces {
  const workspaces = useContext(WorkspaceContext)
  if (!workspaces) throw new Error('useWorkspace needs a WorkspaceContext.Provider above it')
  return workspaces
}
