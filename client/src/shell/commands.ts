import { useNavigate } from '@solidjs/router'
import { createMemo } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { attempt } from '../rooms/attempt.ts'
import { roomName } from '../rooms/roomName.ts'
import { useRooms } from '../rooms/rooms.ts'
import { useSession } from '../session.ts'
import type { IconName } from '../ui/icons.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { useNewDocument } from './newDocument.ts'
import { useShell } from './shellState.ts'

const t = textsOf(en)

interface Command {
  label: string
  icon: IconName
  /** Where it is. */
  hint?: string
  /** The keys that do the same. */
  keys?: string
  href?: string
  onSelect?(): void
}

interface CommandGroup {
  label: string
  entries: Command[]
}

/** What the palette offers, in the order in which it is shown. */
export function createCommands() {
  const workspace = useWorkspace()
  const session = useSession()
  const chat = useRooms()
  const navigate = useNavigate()
  const actions = createActions()
  const spaceName = (space: string) => workspace.space(space)?.name ?? ''

  const places = createMemo<Command[]>(() => [
    { label: t('home'), icon: 'home', keys: 'G H', href: paths.home() },
    { label: t('inbox'), icon: 'bell', keys: 'G I', href: paths.inbox() },
    { label: t('documents'), icon: 'document', keys: 'G D', href: paths.documents() },
    { label: t('chat'), icon: 'chat', keys: 'G C', href: paths.rooms() },
    { label: t('tasks'), icon: 'task', keys: 'G T', href: paths.tasks() },
    { label: t('people'), icon: 'people', keys: 'G P', href: paths.people() },
    { label: t('catchUp'), icon: 'check', href: paths.catchUp() },
    { label: t('threads'), icon: 'chat', href: paths.threads() },
    { label: t('saved'), icon: 'bookmark', href: paths.saved() },
    { label: t('searchMessages'), icon: 'search', href: paths.search() },
    { label: t('settings'), icon: 'gear', keys: 'G S', href: paths.settings() },
    ...(workspace.can('admin') ? [{ label: t('admin'), icon: 'people' as const, href: paths.admin() }] : []),
  ])
  const documents = createMemo<Command[]>(() =>
    workspace
      .documents()
      .toSorted((one, other) => other.updated_at.localeCompare(one.updated_at))
      .map((row) => ({
        label: row.title || t('untitled'),
        icon: 'document',
        hint: spaceName(row.space_id),
        href: paths.document(row.id),
      })),
  )
  const rooms = createMemo<Command[]>(() => [
    ...workspace.rooms().map((row) => ({
      label: row.name,
      icon: row.private ? ('lock' as const) : ('hash' as const),
      hint: spaceName(row.space_id),
      href: paths.room(row.id),
    })),
    // Those with one person are found by the person.
    ...workspace
      .directs()
      .filter((row) => (row.people?.length ?? 0) > 2 && row.last_seq > 0)
      .map((row) => ({ label: roomName(row, workspace, session.user()?.id ?? ''), icon: 'people' as const, href: paths.room(row.id) })),
  ])
  const spaces = createMemo<Command[]>(() =>
    workspace.spaces().map((row) => ({ label: row.name, icon: 'space', href: paths.space(row.id) })),
  )
  const people = createMemo<Command[]>(() =>
    workspace.people().map((row) => ({
      label: row.name,
      icon: 'people',
      hint: row.email ?? '',
      // A person is found to say something to him; oneself, and who is away, on the page of people.
      ...(row.user_id === session.user()?.id || row.suspended_at
        ? { href: `${paths.people()}?q=${encodeURIComponent(row.name)}` }
        : { onSelect: () => void attempt(t('palette.write'), async () => navigate(paths.room(await chat.openDirect([row.user_id])))) }),
    })),
  )

  return createMemo<CommandGroup[]>(() => [
    { label: t('palette.navigate'), entries: places() },
    { label: t('palette.documents'), entries: documents() },
    { label: t('palette.rooms'), entries: rooms() },
    { label: t('palette.spaces'), entries: spaces() },
    { label: t('palette.people'), entries: people() },
    { label: t('palette.actions'), entries: actions() },
  ])
}

function createActions() {
  const workspace = useWorkspace()
  const session = useSession()
  const shell = useShell()
  const newDocument = useNewDocument()

  return createMemo<Command[]>(() => {
    const found: Command[] = []
    const editable = workspace.spaces().filter((space) => workspace.can('editor', space.id))
    const [first] = editable
    if (first) found.push({ label: t('newDocument'), icon: 'plus', keys: 'C', onSelect: () => newDocument(first.id) })
    for (const space of editable) {
      const label = t('newRoomIn', { space: space.name })
      found.push({ label, icon: 'plus', onSelect: () => shell.open({ kind: 'newRoom', space: space.id }) })
    }
    found.push({ label: t('palette.write'), icon: 'chat', onSelect: () => shell.open({ kind: 'newDirect' }) })
    if (workspace.can('editor')) found.push({ label: t('newSpace'), icon: 'space', onSelect: () => shell.open({ kind: 'newSpace' }) })
    if (workspace.can('admin')) found.push({ label: t('palette.invite'), icon: 'userPlus', href: `${paths.people()}?invite=1` })
    found.push(
      { label: t('newWorkspace'), icon: 'plus', href: `${paths.setup()}?new` },
      { label: t('palette.light'), icon: 'sun', onSelect: () => shell.setTheme('light') },
      { label: t('palette.dark'), icon: 'moon', onSelect: () => shell.setTheme('dark') },
      { label: t('palette.system'), icon: 'gear', onSelect: () => shell.setTheme('system') },
      { label: t('keyboard'), icon: 'keyboard', keys: '?', onSelect: () => shell.open({ kind: 'keys' }) },
      { label: t('signOut'), icon: 'logOut', onSelect: () => void session.signOut() },
    )
    return found
  })
}
