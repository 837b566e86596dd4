import type { IconName } from '../ui/icons.ts'
import type { Marks } from './marks.ts'
import type { MessageRow } from './messageLog.ts'

/** Something that can be done with a message: in its bar, its menu, its sheet on a phone, and by a key. */
export interface MessageAction {
  id: string
  label: string
  icon: IconName
  /** The key that does it while the message has the focus, as `KeyboardEvent.key` names it. */
  key?: string
  /** Stands in the bar above a message, not only in its menu. */
  inBar?: boolean
  danger?: boolean
  run(): void
}

/** What a message needs from the page that shows it. */
export interface MessageHost {
  me: string
  roomId: string
  marks: Marks
  mayReact(): boolean
  /** Whether this person may change what hangs on the messages of others. */
  mayModerate(): boolean
  nameOf(person: string | null): string
  actionsOf(row: MessageRow): MessageAction[]
  react(row: MessageRow, emoji: string): void
  /** Shows the thread that a message begins. Undefined inside a thread. */
  openThread: ((id: string) => void) | undefined
  /** Shows a message where it was said. */
  goTo(roomId: string, messageId: string): void
}
