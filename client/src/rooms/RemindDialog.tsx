import { createSignal, For } from 'solid-js'
import { en as common } from '../en.ts'
import { relativeTime, textsOf } from '../i18n.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field } from '../ui/Field.tsx'
import { toast } from '../ui/Toast.tsx'
import { attempt } from './attempt.ts'
import { dialogsEn } from './dialogsEn.ts'
import type { Marks } from './marks.ts'
import { messageEn } from './messageEn.ts'
import type { MessageRow } from './messageLog.ts'
import { reminderTimes } from './remind.ts'
import { clockTime, dayName } from './time.ts'

const t = textsOf(dialogsEn)
const minuteMs = 60_000

/** A moment where the person is, as a date and time field has it. */
const fieldValue = (time: Date) => new Date(time.getTime() - time.getTimezoneOffset() * minuteMs).toISOString().slice(0, 16)

/** When to bring a message up again. It is saved with it. */
export default function RemindDialog(props: { row: MessageRow; marks: Marks; onClose(): void }) {
  const [chosen, setChosen] = createSignal('')
  const [problem, setProblem] = createSignal('')
  const remind = async (at: Date) => {
    props.onClose()
    const told = t('reminderSet', { when: relativeTime(at) })
    if (await attempt(messageEn.remind, () => props.marks.save(props.row.id, true, at.toISOString()))) toast(told)
  }
  const remindThen = () => {
    const at = new Date(chosen())
    if (Number.isNaN(at.getTime()) || at.getTime() <= Date.now()) setProblem(dialogsEn.remindPast)
    else void remind(at)
  }
  return (
    <Dialog
      title={messageEn.remind}
      closeLabel={common.cancel}
      onClose={() => props.onClose()}
      onSubmit={remindThen}
      footer={
        <Button look="primary" type="submit">
          {dialogsEn.remindThen}
        </Button>
      }
    >
      <ul class="sheet-actions">
        <For each={reminderTimes()}>
          {(time) => (
            <li>
              <button type="button" onClick={() => void remind(time.at)}>
                <span class="grow">{time.label}</span>
                <span class="muted">
                  {dayName(time.at.toISOString())}, {clockTime(time.at.toISOString())}
                </span>
              </button>
            </li>
          )}
        </For>
      </ul>
      <Field
        label={dialogsEn.remindAt}
        name="at"
        type="datetime-local"
        min={fieldValue(new Date())}
        value={chosen()}
        error={problem()}
        onInput={(event) => setChosen(event.currentTarget.value)}
      />
    </Dialog>
  )
}
