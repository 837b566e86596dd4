import { paths } from '../paths.ts'
import type { RoomRow } from '../rows.ts'
import { toast } from '../ui/Toast.tsx'
import { attempt } from './attempt.ts'
import { en } from './en.ts'
import type { Marks } from './marks.ts'
import { messageEn } from './messageEn.ts'
import type { MessageAction } from './messageHost.ts'
import type { MessageRow } from './messageLog.ts'

/** What a page does when an action needs more than one press. */
export interface MessageMoves {
  me: string
  room(): RoomRow
  marks: Marks
  /** Whether this person may delete what others said. */
  moderates(): boolean
  /** Whether this person may see what others said before. */
  administers(): boolean
  openThread: ((id: string) => void) | undefined
  quote(row: MessageRow): void
  edit(row: MessageRow): void
  remove(row: MessageRow): void
  forward(row: MessageRow): void
  remind(row: MessageRow): void
  /** Undefined where this person may write no pages. */
  makePage: ((row: MessageRow) => void) | undefined
  /** Undefined where this person may make no tasks. */
  makeTask: ((row: MessageRow) => void) | undefined
  showHistory(row: MessageRow): void
  markUnread: ((row: MessageRow) => void) | undefined
}

/** Everything that can be done with a message by this person, the most frequent first. */
export function actionsOf(row: MessageRow, moves: MessageMoves): MessageAction[] {
  const { marks } = moves
  const room = moves.room()
  const own = row.author_id === moves.me && row.bot_name === null
  const mayPost = room.can_post
  const isSaved = marks.isSaved(row.id)
  const isPinned = marks.isPinned(row.id)
  const { openThread, markUnread, makePage, makeTask } = moves
  const copy = (text: string, told: string) =>
    void navigator.clipboard
      .writeText(text)
      .then(() => toast(told))
      .catch(() => {})
  const actions: (MessageAction | false)[] = [
    openThread !== undefined && {
      id: 'thread',
      label: messageEn.replyInThread,
      icon: 'chat',
      key: 't',
      inBar: true,
      run: () => openThread(row.id),
    },
    mayPost && { id: 'quote', label: messageEn.quote, icon: 'quote', key: 'q', inBar: true, run: () => moves.quote(row) },
    { id: 'forward', label: messageEn.forward, icon: 'forward', key: 'f', run: () => moves.forward(row) },
    {
      id: 'save',
      label: isSaved ? messageEn.unsave : messageEn.save,
      icon: 'bookmark',
      key: 's',
      inBar: true,
      run: () =>
        void attempt(messageEn.save, () => marks.save(row.id, !isSaved)).then((done) => done && !isSaved && toast(messageEn.savedToast)),
    },
    makePage !== undefined && { id: 'page', label: messageEn.makePage, icon: 'document', run: () => makePage(row) },
    makeTask !== undefined && { id: 'task', label: messageEn.makeTask, icon: 'task', run: () => makeTask(row) },
    { id: 'remind', label: messageEn.remind, icon: 'clock', key: 'r', run: () => moves.remind(row) },
    mayPost && {
      id: 'pin',
      label: isPinned ? messageEn.unpin : messageEn.pin,
      icon: 'pin',
      key: 'p',
      run: () => void attempt(messageEn.pin, () => marks.setPin(row.id, !isPinned)),
    },
    markUnread !== undefined &&
      room.joined &&
      !own && { id: 'unread', label: en.markUnread, icon: 'bell', key: 'u', run: () => markUnread(row) },
    { id: 'copyLink', label: en.copyLink, icon: 'link', run: () => copy(location.origin + paths.room(row.room_id, row.id), en.linkCopied) },
    { id: 'copyText', label: en.copyText, icon: 'copy', run: () => copy(row.text ?? '', en.copied) },
    row.edited_at !== null &&
      (own || moves.administers()) && { id: 'history', label: messageEn.history, icon: 'history', run: () => moves.showHistory(row) },
    own && mayPost && { id: 'edit', label: en.edit, icon: 'pencil', key: 'e', run: () => moves.edit(row) },
    (own ? mayPost : moves.moderates()) && {
      id: 'delete',
      label: en.delete,
      icon: 'trash',
      key: 'Delete',
      danger: true,
      run: () => moves.remove(row),
    },
  ]
  return actions.filter((action) => action !== false)
}
