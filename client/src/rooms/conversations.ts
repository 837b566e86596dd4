import { rest, rows, rpc } from '../supabase.ts'
import { outboxOf } from '../sync/waiting.ts'
import { type Conversation, createConversation } from './conversation.ts'
import { messageServer } from './messageServer.ts'

/** Conversations of this many rooms and threads are kept in memory. */
const keptConversations = 16

function createConversations(person: string) {
  const kept = new Map<string, Conversation>()
  const outbox = outboxOf(person)

  /** The conversation of a room, or of a thread in it. */
  function of(roomId: string, threadId: string | null = null): Conversation {
    const key = `${roomId} ${threadId}`
    const server = messageServer({ rest, rows, rpc }, roomId, threadId)
    const known = kept.get(key) ?? createConversation({ roomId, threadId, server, outbox })
    // The one that was used longest ago goes first.
    kept.delete(key)
    kept.set(key, known)
    const [oldest] = kept
    if (kept.size > keptConversations && oldest) {
      oldest[1].close()
      kept.delete(oldest[0])
    }
    return known
  }
  /** The same, if it is in memory. */
  const known = (roomId: string, threadId: string): Conversation | undefined => kept.get(`${roomId} ${threadId}`)
  /** Messages of a room and of its threads are gone for good. */
  function forget(roomId: string, ids: readonly string[]): void {
    for (const conversation of kept.values()) if (conversation.roomId === roomId) conversation.forget(ids)
  }
  return { outbox, of, known, forget }
}

const byPerson = new Map<string, ReturnType<typeof createConversations>>()

/** What this person talks about in this tab. Signing out loads a fresh page, so nobody finds those of somebody else. */
export function conversationsOf(person: string) {
  const known = byPerson.get(person) ?? createConversations(person)
  byPerson.set(person, known)
  return known
}
