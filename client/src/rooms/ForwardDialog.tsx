import { createMemo, createSignal, For, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { useSession } from '../session.ts'
import { rpc } from '../supabase.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { conversationsOf } from './conversations.ts'
import { dialogsEn } from './dialogsEn.ts'
import type { MessageRow } from './messageLog.ts'
import { sendMessage } from './outgoingMessages.ts'
import { QuoteText } from './QuoteCard.tsx'

const t = textsOf(dialogsEn)
const offeredAtMost = 8

type Target = { kind: 'room' | 'person'; id: string; name: string; isPrivate: boolean }

/** Passes a message on to a room or a person, with a comment. */
export default function ForwardDialog(props: { row: MessageRow; name: string; onClose(): void }) {
  const session = useSession()
  const workspace = useWorkspace()
  const [typed, setTyped] = createSignal('')
  const [target, setTarget] = createSignal<Target>()
  const [comment, setComment] = createSignal('')
  const [problem, setProblem] = createSignal('')
  const [busy, setBusy] = createSignal(false)
  const me = session.user()?.id ?? ''

  const targets = createMemo<Target[]>(() => {
    const wanted = typed().trim().toLocaleLowerCase()
    const rooms = workspace
      .rooms()
      .filter((room) => room.joined && room.can_post && room.name !== '')
      .map((room) => ({ kind: 'room' as const, id: room.id, name: room.name, isPrivate: room.private }))
    const people = workspace
      .people()
      .filter((person) => person.user_id !== me && !person.suspended_at)
      .map((person) => ({ kind: 'person' as const, id: person.user_id, name: person.name, isPrivate: true }))
    return [...rooms, ...people].filter((other) => other.name.toLocaleLowerCase().includes(wanted)).slice(0, offeredAtMost)
  })
  const comesFromPrivate = () => workspace.room(props.row.room_id)?.private ?? false

  async function send() {
    const to = target()
    if (!to) return setProblem(dialogsEn.forwardChoose)
    setBusy(true)
    try {
      const roomId =
        to.kind === 'room' ? to.id : (await rpc<{ id: string }>('open_direct', { workspace_id: workspace.id(), people: [to.id] })).id
      await sendMessage(conversationsOf(me).outbox, { roomId, forwardedId: props.row.id, words: { text: comment().trim() } })
      toast(t('forwarded', { name: to.name }))
      props.onClose()
    } catch (error) {
      setProblem(sentenceOf(error))
    }
    setBusy(false)
  }
  return (
    <Dialog
      title={dialogsEn.forwardTitle}
      closeLabel={common.cancel}
      onClose={() => props.onClose()}
      onSubmit={() => void send()}
      footer={
        <Button look="primary" type="submit" icon="forward" busy={busy()}>
          {dialogsEn.forwardSend}
        </Button>
      }
    >
      <Field
        label={dialogsEn.forwardTo}
        name="to"
        autocomplete="off"
        placeholder={dialogsEn.forwardFind}
        error={problem()}
        value={typed()}
        onInput={(event) => {
          setTyped(event.currentTarget.value)
          setTarget(undefined)
          setProblem('')
        }}
      />
      <ul class="forward-targets" aria-label={dialogsEn.forwardTo}>
        <For each={targets()} fallback={<li class="muted">{dialogsEn.forwardNone}</li>}>
          {(option) => (
            <li>
              <button
                type="button"
                aria-pressed={target()?.id === option.id}
                onClick={() => {
                  setTarget(option)
                  setProblem('')
                }}
              >
                <Show when={option.kind === 'person'} fallback={<Icon name={option.isPrivate ? 'lock' : 'hash'} />}>
                  <Avatar id={option.id} name={option.name} />
                </Show>
                <span class="grow ellipsis" dir="auto">
                  {option.name}
                </span>
                <Show when={target()?.id === option.id}>
                  <Icon name="check" />
                </Show>
              </button>
            </li>
          )}
        </For>
      </ul>
      <Field
        label={dialogsEn.forwardComment}
        name="comment"
        autocomplete="off"
        maxlength={2000}
        hint={dialogsEn.forwardCommentHint}
        value={comment()}
        onInput={(event) => setComment(event.currentTarget.value)}
      />
      <p class="quote-card">
        <QuoteText said={props.row} label={props.row.bot_name || props.name} />
      </p>
      <Show when={comesFromPrivate()}>
        <p class="forward-warning">
          <Icon name="lock" /> {dialogsEn.forwardPrivate}
        </p>
      </Show>
    </Dialog>
  )
}
