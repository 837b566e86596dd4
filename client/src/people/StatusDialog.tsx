import { createSignal, For, lazy, Show, Suspense } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { useSession } from '../session.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import { type End, endAfter } from './ends.ts'
import { statusOf } from './presence.ts'
import { clearStatus, setStatus, whenOf } from './status.ts'

const t = textsOf(en)
const EmojiPicker = lazy(() => import('../emoji/EmojiPicker.tsx').then((module) => ({ default: module.EmojiPicker })))
const longest = 100

const presets: { emoji: string; text: string; end: End; dnd?: boolean }[] = [
  { emoji: '📅', text: en.meeting, end: 'in60' },
  { emoji: '🎧', text: en.focus, end: 'in240', dnd: true },
  { emoji: '🥗', text: en.lunch, end: 'in60' },
  { emoji: '🚌', text: en.commute, end: 'in30' },
  { emoji: '🏠', text: en.home, end: 'today' },
  { emoji: '🤒', text: en.sick, end: 'today', dnd: true },
  { emoji: '🌴', text: en.holiday, end: 'week', dnd: true },
]

/** What this person does, until when, and whether he wants to be left alone. */
export default function StatusDialog(props: { onClose(): void }) {
  const session = useSession()
  const me = session.user()?.id ?? ''
  const before = statusOf(me)
  const [emoji, setEmoji] = createSignal(before?.emoji ?? '')
  const [text, setText] = createSignal(before?.text ?? '')
  const [dnd, setDnd] = createSignal(before?.do_not_disturb ?? false)
  const [end, setEnd] = createSignal<End | 'custom' | 'kept'>(before?.ends_at ? 'kept' : 'never')
  const [at, setAt] = createSignal('')
  const [atProblem, setAtProblem] = createSignal('')
  const [problem, setProblem] = createSignal('')
  const [picking, setPicking] = createSignal(false)
  const [busy, setBusy] = createSignal(false)

  const ends = (): { value: End | 'custom' | 'kept'; label: string }[] => [
    ...(before?.ends_at ? [{ value: 'kept' as const, label: t('kept', { when: whenOf(before.ends_at) }) }] : []),
    ...(['never', 'in30', 'in60', 'in240', 'today', 'week', 'custom'] as const).map((value) => ({ value, label: en[value] })),
  ]

  function choose(preset: (typeof presets)[number]) {
    setEmoji(preset.emoji)
    setText(preset.text)
    setEnd(preset.end)
    setDnd(preset.dnd ?? false)
    setProblem('')
  }

  /** Undefined when it cannot be. */
  function endsAt(): string | null | undefined {
    const chosen = end()
    if (chosen === 'kept') return before?.ends_at ?? null
    if (chosen !== 'custom') return endAfter(chosen)?.toISOString() ?? null
    const time = new Date(at())
    return time.getTime() > Date.now() ? time.toISOString() : undefined
  }

  async function run(action: () => Promise<void>, done: string) {
    if (busy()) return
    setBusy(true)
    try {
      await action()
      props.onClose()
      toast(done)
    } catch (error) {
      setProblem(sentenceOf(error))
      setBusy(false)
    }
  }

  function save() {
    const until = endsAt()
    if (!emoji() && !text().trim() && !dnd()) return setProblem(en.needed)
    if (until === undefined) return setAtProblem(en.past)
    const status = { user_id: me, emoji: emoji(), text: text().trim(), do_not_disturb: dnd(), ends_at: until }
    void run(() => setStatus(status), en.saved)
  }

  return (
    <Dialog
      title={en.title}
      closeLabel={common.cancel}
      onClose={() => props.onClose()}
      onSubmit={save}
      footer={
        <>
          <Show when={before}>
            <Button look="outline" onClick={() => void run(() => clearStatus(me), en.cleared)}>
              {en.clear}
            </Button>
          </Show>
          <Button look="primary" type="submit" busy={busy()}>
            {en.save}
          </Button>
        </>
      }
    >
      <div class="status-line">
        <button
          type="button"
          class="status-emoji"
          aria-label={t('emoji', { emoji: emoji() || en.noEmoji })}
          aria-expanded={picking()}
          onClick={() => setPicking(!picking())}
        >
          {emoji() || <Icon name="smile" />}
        </button>
        <Field
          label={en.text}
          name="text"
          maxlength={longest}
          autocomplete="off"
          value={text()}
          onInput={(event) => {
            setText(event.currentTarget.value)
            setProblem('')
          }}
        />
      </div>
      <Show when={picking()}>
        <Suspense>
          <EmojiPicker
            onPick={(sign) => {
              setEmoji(sign)
              setProblem('')
              setPicking(false)
            }}
            onClose={() => setPicking(false)}
          />
        </Suspense>
      </Show>
      <fieldset class="status-presets" aria-label={en.presets}>
        <For each={presets}>
          {(preset) => (
            <button type="button" onClick={() => choose(preset)}>
              <span aria-hidden="true">{preset.emoji}</span>
              {preset.text}
            </button>
          )}
        </For>
      </fieldset>
      <Select label={en.ends} value={end()} options={ends()} onChange={setEnd} />
      <Show when={end() === 'custom'}>
        <Field
          label={en.at}
          name="at"
          type="datetime-local"
          value={at()}
          error={atProblem()}
          onInput={(event) => {
            setAt(event.currentTarget.value)
            setAtProblem('')
          }}
        />
      </Show>
      <label class="radio-card">
        <input type="checkbox" checked={dnd()} onChange={(event) => setDnd(event.currentTarget.checked)} />
        <span>
          {en.dnd}
          <small>{en.dndText}</small>
        </span>
      </label>
      <p class="form-error" role="alert">
        {problem()}
      </p>
    </Dialog>
  )
}
