import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import type { ComposerCommand, ContentNode, Written } from '../islands/contract.ts'
import { paths } from '../paths.ts'
import { rpc } from '../supabase.ts'
import { toast } from '../ui/Toast.tsx'
import type { Workspaces } from '../workspaces/workspaces.ts'
import { commandsEn as en } from './commandsEn.ts'
import { muteRoom } from './shown.ts'

const t = textsOf(en)

interface CommandParts {
  roomId: string
  workspace: Workspaces
  navigate(path: string): void
  leave(roomId: string): Promise<unknown>
  toggleCodeBlock(): void
  schedule(): void
  remind(text: string): void
  send(written: Written): void
}

/** What can be done by a word after `/`. Anything else that begins so is a message: people write paths, too. */
export function createCommands({ roomId, workspace, navigate, leave, toggleCodeBlock, schedule, remind, send }: CommandParts) {
  async function run(work: () => Promise<unknown>, done: string): Promise<void> {
    try {
      await work()
      toast(done)
    } catch (error) {
      toast(t('notDone', { reason: sentenceOf(error) }))
    }
  }
  const written: Record<string, (rest: string, content: ContentNode | null) => void> = {
    topic: (topic) => void run(() => rpc('update_room', { room_id: roomId, topic }).then(workspace.reloadRooms), en.topicSet),
    invite(_rest, content) {
      const people = peopleIn(content)
      if (people.length === 0) return void toast(en.inviteWhom)
      void run(() => Promise.all(people.map((id) => rpc('add_room_member', { room_id: roomId, user_id: id }))), en.invited)
    },
    remind,
    me: (rest) => send({ text: rest, content: italic(rest) }),
  }
  const atOnce: Record<string, () => void> = {
    leave: () => void run(() => leave(roomId).then(() => navigate(paths.rooms())), en.left),
    mute: () => void run(() => muteRoom(workspace, roomId, true), en.muted),
    code: toggleCodeBlock,
    schedule,
  }
  const offered: ComposerCommand[] = [
    { name: 'topic', argument: en.topicArgument, description: en.topic },
    { name: 'invite', argument: en.inviteArgument, description: en.invite },
    { name: 'remind', argument: en.remindArgument, description: en.remind },
    { name: 'me', argument: en.meArgument, description: en.me },
    ...(['code', 'schedule', 'mute', 'leave'] as const).map((name) => ({ name, description: en[name], run: atOnce[name] as () => void })),
  ]
  return {
    offered,
    /** @returns whether it was a command, and is done */
    run({ text, content }: Written): boolean {
      const [, name = '', rest = ''] = /^\/([a-z]+)(?:\s+([\s\S]*))?$/.exec(text.trim()) ?? []
      if (Object.hasOwn(written, name) && rest.trim()) written[name]?.(rest.trim(), content)
      else if (Object.hasOwn(atOnce, name) && !rest) atOnce[name]?.()
      else return false
      return true
    },
  }
}

const italic = (text: string): ContentNode => ({
  type: 'doc',
  content: text
    .split('\n')
    .map((line) => ({ type: 'paragraph', ...(line ? { content: [{ type: 'text', text: line, marks: [{ type: 'italic' }] }] } : {}) })),
})

function peopleIn(node: ContentNode | null): string[] {
  if (!node) return []
  if (node.type === 'mention') return node.attrs?.kind === 'person' ? [String(node.attrs.id)] : []
  return (node.content ?? []).flatMap(peopleIn)
}
