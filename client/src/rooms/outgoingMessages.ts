import type { Outbox, Waiting } from '../sync/outbox.ts'
import type { Outgoing } from './outgoing.ts'

/** The words of a message, and the files that are stored already. */
export type Words = Pick<Outgoing, 'text'> & Partial<Outgoing>

/** What the outbox keeps of a message: where it goes and what it says. */
export interface MessageBody {
  roomId: string
  threadId?: string | null
  quoteId?: string | null
  forwardedId?: string | null
  words: Words
}

export type WaitingMessage = Waiting<MessageBody>

/** Whether something in the outbox is a message of a room, or of one of its threads. */
export function isMessageOf(entry: Waiting, roomId: string, threadId: string | null): entry is WaitingMessage {
  const body = entry.body as MessageBody
  return entry.kind === 'message' && body.roomId === roomId && (body.threadId ?? null) === threadId
}

/** Hands a message to the outbox. A room is one lane, with its threads: what is said first arrives first. */
export function sendMessage(outbox: Outbox, body: MessageBody, id: string = crypto.randomUUID()): Promise<void> {
  return outbox.add({ id, kind: 'message', lane: body.roomId, body })
}

/** The arguments of `send_message`. */
export function argumentsOf({ roomId, threadId, quoteId, forwardedId, words }: MessageBody, id: string): Record<string, unknown> {
  return {
    id,
    room_id: roomId,
    ...wordArguments(words),
    ...(words.files?.length ? { files: words.files.map((file) => file.id) } : {}),
    ...(threadId ? { thread_id: threadId } : {}),
    ...(quoteId ? { quote_id: quoteId } : {}),
    ...(forwardedId ? { forwarded_id: forwardedId } : {}),
  }
}

/** What `send_message` and `edit_message` have in common. */
export const wordArguments = ({ text, content }: Words): Record<string, unknown> => ({ text, ...(content ? { content } : {}) })
