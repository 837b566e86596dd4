import type { rest as Rest, rows as Rows, rpc as Rpc } from '../supabase.ts'
import type { MessageRow, Standing } from './messageLog.ts'
import { type Words, wordArguments } from './outgoingMessages.ts'

interface Api {
  rest: typeof Rest
  rows: typeof Rows
  rpc: typeof Rpc
}

/** The messages of a room, or of one thread in it, as the server has them. */
export function messageServer({ rest, rows, rpc }: Api, roomId: string, threadId: string | null) {
  const all = (columns = '*') => rest.from('messages').select(columns).eq('room_id', roomId)
  const inside = (columns?: string) => (threadId ? all(columns).eq('thread_id', threadId) : all(columns).is('thread_id', null))
  return {
    contiguous: threadId === null,
    newest: (limit: number) => rows<MessageRow[]>(inside().order('seq', { ascending: false }).limit(limit)),
    before: (seq: number, limit: number) => rows<MessageRow[]>(inside().lt('seq', seq).order('seq', { ascending: false }).limit(limit)),
    after: (seq: number, limit: number) => rows<MessageRow[]>(inside().gt('seq', seq).order('seq').limit(limit)),
    async one(id: string): Promise<MessageRow | undefined> {
      const [found] = await rows<MessageRow[]>(all().eq('id', id))
      return found
    },
    changedSince: (since: string, first: number, limit: number) =>
      rows<MessageRow[]>(
        inside().gte('seq', first).or(`edited_at.gte."${since}",deleted_at.gte."${since}",last_reply_at.gte."${since}"`).limit(limit),
      ),
    standing: (first: number, last: number) => rows<Standing[]>(inside('id,reply_count,last_reply_at').gte('seq', first).lte('seq', last)),
    edit: (id: string, words: Words) => rpc<MessageRow>('edit_message', { id, ...wordArguments(words) }),
    remove: (id: string) => rpc<MessageRow>('delete_message', { id }),
  }
}

export type MessageServer = ReturnType<typeof messageServer>
