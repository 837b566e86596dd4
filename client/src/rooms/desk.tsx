import { useNavigate } from '@solidjs/router'
import { createSignal, lazy, Show, Suspense } from 'solid-js'
import { paths } from '../paths.ts'
import type { RoomRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt } from './attempt.ts'
import type { Conversation } from './conversation.ts'
import { en } from './en.ts'
import type { Asked } from './MessageDialogs.tsx'
import type { Marks } from './marks.ts'
import { actionsOf } from './messageActions.ts'
import { messageEn } from './messageEn.ts'
import type { MessageHost } from './messageHost.ts'
import type { MessageRow } from './messageLog.ts'
import type { Words } from './outgoingMessages.ts'

const MessageDialogs = lazy(() => import('./MessageDialogs.tsx'))

interface DeskOptions {
  room(): RoomRow
  marks: Marks
  conversation: Conversation
  openThread: ((id: string) => void) | undefined
  markUnread: ((row: MessageRow) => void) | undefined
  /** Shows a message of this conversation; false when it is not one. */
  goTo(id: string): Promise<boolean>
  focusComposer(): void
}

/** What a person has in hand while he reads a room or a thread: the message that he edits or quotes, and the questions about one. */
export function createDesk(options: DeskOptions) {
  const session = useSession()
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const { marks, conversation } = options
  const me = session.user()?.id ?? ''
  const [editing, setEditing] = createSignal<string>()
  const [quoting, setQuoting] = createSignal<MessageRow>()
  const [asked, setAsked] = createSignal<Asked>()

  const nameOf = (person: string | null) =>
    (person && (workspace.nameOf(person) ?? (person === me ? session.user()?.name : undefined))) || en.gone
  const ask = (what: Asked['what']) => (row: MessageRow) => setAsked({ what, row })
  async function pageOf(row: MessageRow, space: string) {
    await attempt(messageEn.makePage, async () => {
      const { makePage } = await import('./makePage.ts')
      await makePage(row, space, nameOf, navigate)
    })
  }
  const moves = {
    me,
    room: options.room,
    marks,
    moderates: () => options.room().moderator,
    administers() {
      const space = options.room().space_id
      return space !== null && workspace.can('admin', space)
    },
    openThread: options.openThread,
    markUnread: options.markUnread,
    quote(row: MessageRow) {
      setQuoting(row)
      options.focusComposer()
    },
    edit: (row: MessageRow) => setEditing(row.id),
    remove: ask('delete'),
    forward: ask('forward'),
    remind: ask('remind'),
    showHistory: ask('history'),
    get makePage() {
      const space = options.room().space_id
      return space !== null && workspace.can('editor', space) ? (row: MessageRow) => void pageOf(row, space) : undefined
    },
    get makeTask() {
      return workspace.spaces().some((space) => workspace.can('editor', space.id)) ? ask('task') : undefined
    },
  }
  const host: MessageHost = {
    me,
    roomId: conversation.roomId,
    marks,
    mayReact: () => options.room().can_reply,
    mayModerate: moves.moderates,
    nameOf,
    actionsOf: (row) => actionsOf(row, moves),
    react: (row, emoji) => void attempt(messageEn.react, () => marks.react(row.id, emoji)),
    openThread: options.openThread,
    async goTo(roomId, messageId) {
      if (roomId !== conversation.roomId || !(await options.goTo(messageId))) navigate(paths.room(roomId, messageId))
    },
  }

  const endEditing = () => {
    setEditing(undefined)
    options.focusComposer()
  }

  return {
    me,
    host,
    nameOf,
    editing,
    setEditing,
    endEditing,
    quoting,
    setQuoting,

    edited(row: MessageRow, words: Words): void {
      endEditing()
      void attempt(en.edit, () => conversation.edit(row, words))
    },

    resent(id: string, words: Words): void {
      endEditing()
      void conversation.retry(id, words)
    },

    /** Sends what was written, in answer to what is quoted. */
    send(words: Words): void {
      const quoteId = quoting()?.id ?? null
      setQuoting(undefined)
      void conversation.send(words, { quoteId })
    },

    /** The questions about a message. */
    Dialogs() {
      return (
        <Suspense>
          <Show when={asked()}>
            {(question) => (
              <MessageDialogs asked={question()} marks={marks} conversation={conversation} nameOf={nameOf} onClose={() => setAsked()} />
            )}
          </Show>
        </Suspense>
      )
    },
  }
}
