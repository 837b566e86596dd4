import { A } from '@solidjs/router'
import { createSignal, For } from 'solid-js'
import { en as common } from '../en.ts'
import { paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field } from '../ui/Field.tsx'
import { laterEn as en } from './laterEn.ts'
import { clockTime, dayName } from './time.ts'

const minuteMs = 60_000
/** A moment where the person is, as a date and time field has it. */
const fieldValue = (time: Date) => new Date(time.getTime() - time.getTimezoneOffset() * minuteMs).toISOString().slice(0, 16)

/** The times that people mean, where they are. */
function times(now = new Date()): { label: string; at: Date }[] {
  const at = (days: number, hour: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour)
  const toMonday = (8 - now.getDay()) % 7 || 7
  return [
    ...(now.getHours() < 15 ? [{ label: en.afternoon, at: at(0, 16) }] : []),
    { label: en.tomorrow, at: at(1, 9) },
    { label: en.tomorrowAfternoon, at: at(1, 14) },
    ...(toMonday > 1 ? [{ label: en.monday, at: at(toMonday, 9) }] : []),
  ]
}

/** When a message is to be sent. */
export default function ScheduleDialog(props: { title: string; at?: Date; onChoose(at: Date): void; onClose(): void }) {
  const [chosen, setChosen] = createSignal(props.at ? fieldValue(props.at) : '')
  const [problem, setProblem] = createSignal('')
  const choose = () => {
    const at = new Date(chosen())
    if (Number.isNaN(at.getTime()) || at.getTime() <= Date.now()) setProblem(en.past)
    else props.onChoose(at)
  }
  return (
    <Dialog
      title={props.title}
      closeLabel={common.close}
      onClose={() => props.onClose()}
      onSubmit={choose}
      footer={
        <>
          <A class="button quiet" href={paths.drafts()}>
            {en.seeAll}
          </A>
          <Button look="primary" type="submit">
            {en.sendThen}
          </Button>
        </>
      }
    >
      <ul class="later-times">
        <For each={times()}>
          {(time) => (
            <li>
              <button type="button" onClick={() => props.onChoose(time.at)}>
                <span class="grow">{time.label}</span>
                <span>
                  {dayName(time.at.toISOString())}, {clockTime(time.at.toISOString())}
                </span>
              </button>
            </li>
          )}
        </For>
      </ul>
      <Field
        label={en.customTime}
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
