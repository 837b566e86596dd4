import type { ContentNode } from '../islands/contract.ts'

/** A file of a message as its row names it, see sql/220_message_files.sql. */
export interface MessageFile {
  id: string
  /** In the bucket message-files. */
  path: string
  name: string
  size: number
  /** What the bytes are, not what somebody called them. */
  mime: string
  kind: 'image' | 'video' | 'audio' | 'voice' | 'file'
  width: number | null
  height: number | null
  duration_ms: number | null
  alt: string | null
}

/** What somebody wants to say: plain JSON, so that it can wait in an outbox. */
export interface Outgoing {
  text: string
  content: ContentNode | null
  files: MessageFile[]
}
