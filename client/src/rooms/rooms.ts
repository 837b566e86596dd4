import { createContext, createSignal, useContext } from 'solid-js'
import type { Row } from '../../../sql/types.gen.ts'
import type { RoomRow } from '../rows.ts'
import { rest, rows, rpc } from '../supabase.ts'
import type { Workspaces } from '../workspaces/workspaces.ts'

export interface RoomPerson {
  user_id: string
  role: string
  joined_at: string
}

export interface RoomPatch {
  name?: string
  topic?: string
  description?: string
  posting?: string
  private?: boolean
}

/** An archived room as the list would have it, if it were in the list. */
export function asArchived(row: Row<'rooms'>): RoomRow {
  return {
    ...row,
    members: row.member_count,
    joined: false,
    moderator: false,
    read_seq: row.last_seq,
    unread: 0,
    mentions: 0,
    muted: false,
    hidden: false,
    can_post: false,
    can_reply: false,
  }
}

/** The rooms of the workspace that is shown and what can be done with them. Actions throw a ProblemError. */
export function createRooms(workspace: Workspaces, person: () => { id: string } | null) {
  const reading = new Map<string, number>()

  /** Paints a change; when the server refuses it, reads the list again. */
  async function change(patch: () => void, ask: () => Promise<unknown>): Promise<void> {
    patch()
    try {
      await ask()
    } finally {
      await workspace.reloadRooms()
    }
  }

  const unreadFrom = (room: RoomRow, place?: number | null) => (place ? Math.max(0, room.last_place - place) : room.unread)

  const [threadNews, heardThreads] = createSignal(undefined, { equals: false })
  const [savedNews, heardSaved] = createSignal(undefined, { equals: false })

  return {
    /** Reading these hears that something changed in the threads that this person follows, and in what he saved. */
    threadNews,
    savedNews,
    heardThreads: () => heardThreads(undefined),
    heardSaved: () => heardSaved(undefined),

    in: (spaceId: string) => workspace.rooms().filter((room) => room.space_id === spaceId),

    /** Somebody said something in a room of this person. */
    heard(payload: Record<string, unknown>): void {
      const room = typeof payload.room_id === 'string' ? workspace.room(payload.room_id) : undefined
      const [lastSeq, lastPlace] = [Number(payload.last_seq), Number(payload.last_place)]
      if (!room || !(lastPlace > room.last_place)) return
      const isOwn = payload.author_id === person()?.id
      const joined = room.joined || isOwn
      workspace.patchRoom(room.id, {
        last_seq: Math.max(lastSeq, room.last_seq),
        last_place: lastPlace,
        last_at: new Date().toISOString(),
        read_seq: isOwn ? lastSeq : room.read_seq,
        joined,
        unread: joined && !isOwn ? room.unread + lastPlace - room.last_place : 0,
        mentions: isOwn ? 0 : room.mentions,
        hidden: false,
      })
    },

    /** This person has read, or made unread, on another device. */
    heardRead(payload: Record<string, unknown>): void {
      const room = typeof payload.room_id === 'string' ? workspace.room(payload.room_id) : undefined
      if (!room) return
      reading.delete(room.id)
      const unread = Math.max(0, room.last_place - Number(payload.place))
      workspace.patchRoom(room.id, { read_seq: Number(payload.seq), unread, mentions: unread && room.mentions })
    },

    /** Moves the read mark forward. Without the message's place the server's answer says how many are unread. Failing is harmless: the next
     *  message moves it again. */
    async markRead(roomId: string, seq: number, place?: number | null): Promise<void> {
      const room = workspace.room(roomId)
      if (!room?.joined || seq <= Math.max(room.read_seq, reading.get(roomId) ?? 0)) return
      reading.set(roomId, seq)
      const unread = seq >= room.last_seq ? 0 : unreadFrom(room, place)
      workspace.patchRoom(roomId, { read_seq: seq, unread, mentions: unread && room.mentions })
      await rpc('mark_read', { room_id: roomId, seq }).catch(() => reading.delete(roomId))
    },

    /** Marks a message and what follows as unread. */
    async markUnread(roomId: string, seq: number, place?: number | null): Promise<void> {
      const room = workspace.room(roomId)
      if (!room) return
      reading.delete(roomId)
      workspace.patchRoom(roomId, { read_seq: seq - 1, unread: place ? room.last_place - place + 1 : Math.max(1, room.unread) })
      await rpc('mark_unread', { room_id: roomId, seq })
    },

    async create(spaceId: string, room: { name: string; topic: string; private: boolean }): Promise<string> {
      const id = crypto.randomUUID()
      await rpc('create_room', { id, space_id: spaceId, ...room })
      await workspace.reloadRooms()
      return id
    },

    /** The conversation with these people, which is made when there is none yet. */
    async openDirect(people: readonly string[]): Promise<string> {
      const room = await rpc<Row<'rooms'>>('open_direct', { workspace_id: workspace.id(), people: [...people] })
      await workspace.reloadRooms()
      return room.id
    },

    update: (roomId: string, patch: RoomPatch) =>
      change(
        () => workspace.patchRoom(roomId, patch),
        () => rpc('update_room', { room_id: roomId, ...patch }),
      ),

    archive: (roomId: string, archived: boolean) =>
      change(
        () => {},
        () => rpc('archive_room', { room_id: roomId, archived }),
      ),

    join: (roomId: string) =>
      change(
        () => workspace.patchRoom(roomId, { joined: true }),
        () => rpc('join_room', { room_id: roomId }),
      ),

    leave: (roomId: string) =>
      change(
        () => workspace.patchRoom(roomId, { joined: false, unread: 0 }),
        () => rpc('leave_room', { room_id: roomId }),
      ),

    /** Somebody was mentioned, or a mention was read in the inbox. */
    countMentions: () => import('./countMentions.ts').then((module) => module.countMentions(workspace)),

    people: (roomId: string) => rows<RoomPerson[]>(rest.from('room_members').select('user_id,role,joined_at').eq('room_id', roomId)),
    addPerson: (roomId: string, userId: string) => rpc('add_room_member', { room_id: roomId, user_id: userId }),
    setRole: (roomId: string, userId: string, role: 'member' | 'moderator') =>
      rpc('set_room_role', { room_id: roomId, user_id: userId, role }),
    removePerson: (roomId: string, userId: string) => rpc('remove_room_member', { room_id: roomId, user_id: userId }),

    /** A room that is in no list: archived, or in another workspace of this person. Null when there is none for him. */
    async read(roomId: string) {
      const [row] = await rows<Row<'rooms'>[]>(rest.from('rooms').select('*').eq('id', roomId))
      return row ?? null
    },
  }
}

export type Rooms = ReturnType<typeof createRooms>

export const RoomsContext = createContext<Rooms>()

export function useRooms(): Rooms {
  const rooms = useContext(RoomsContext)
  if (!rooms) throw new Error('useRooms needs a RoomsProvider above it')
  return rooms
}
