import { Match, Switch } from 'solid-js'
import type { DraftPlace } from './drafts.ts'
import type { Outgoing } from './outgoing.ts'
import RemindMe from './RemindMe.tsx'
import SendLater from './SendLater.tsx'

/** Asks when: something is to be sent, or, with a text, the writer to be reminded of it. */
export default function LaterDialog(props: { reminder: string; place: DraftPlace; message: Outgoing; onDone(): void; onClose(): void }) {
  return (
    <Switch
      fallback={<SendLater place={props.place} message={props.message} onDone={() => props.onDone()} onClose={() => props.onClose()} />}
    >
      <Match when={props.reminder}>
        {(text) => <RemindMe roomId={props.place.roomId} text={text()} onClose={() => props.onClose()} />}
      </Match>
    </Switch>
  )
}
