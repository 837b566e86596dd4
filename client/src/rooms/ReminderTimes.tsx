import { createSignal, For, type JSX } from 'solid-js'
import { en as common } from '../en.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field } from '../ui/Field.tsx'
import { dialogsEn } from './dialogsEn.ts'
import { messageEn } from './messageEn.ts'
import { reminderTimes } from './remind.ts'
import { clockTime, dayName } from './time.ts'

const minuteMs = 60_000

/** A moment where the person is, as a date and time field has it. */
const fieldValue = (time: Date) => new Date(time.getTime() - time.getTimezoneOffset() * minuteMs).toISOString().slice(0, 16)

/** Asks when somebody wants to be reminded; the children say of what. */
export function ReminderTimes(props: { children?: JSX.Element; onChoose(at: Date): void; onClose(): void }) {
  const [chosen, setChosen] = createSignal('')
  const [problem, setProblem] = createSignal('')
  const choose = () => {
    const at = new Date(chosen())
    if (Number.isNaN(at.getTime()) || at.getTime() <= Date.now()) setProblem(dialogsEn.remindPast)
    else props.onChoose(at)
  }
  return (
    <Dialog
      title={messageEn.remind}
      closeLabel={common.cancel}
      onClose={() => props.onClose()}
      onSubmit={choose}
      footer={
        <Button look="primary" type="submit">
          {dialogsEn.remindThen}
        </Button>
      }
    >
      {props.children}
      <ul class="sheet-actions">
        <For each={reminderTimes()}>
          {(time) => (
            <li>
              <button type="button" onClick={() => props.onChoose(time.at)}>
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
