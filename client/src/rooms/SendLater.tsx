import { useNavigate } from '@solidjs/router'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { rpc } from '../supabase.ts'
import { toast } from '../ui/Toast.tsx'
import type { DraftPlace } from './drafts.ts'
import { laterEn as en } from './laterEn.ts'
import type { Outgoing } from './outgoing.ts'
import ScheduleDialog from './ScheduleDialog.tsx'
import { clockTime, dayName } from './time.ts'

const t = textsOf(en)

/** Asks when a message is to be sent, and hands it to the server. */
export default function SendLater(props: { place: DraftPlace; message: Outgoing; onDone(): void; onClose(): void }) {
  const navigate = useNavigate()
  const schedule = async (at: Date) => {
    const { text, content, files } = props.message
    const { roomId, threadId } = props.place
    try {
      await rpc('schedule_message', {
        id: crypto.randomUUID(),
        room_id: roomId,
        thread_id: threadId,
        text,
        content,
        files: files.map((file) => file.id),
        send_at: at.toISOString(),
      })
      props.onDone()
      const when = `${dayName(at.toISOString())}, ${clockTime(at.toISOString())}`
      toast(t('isScheduled', { when }), { action: { label: en.seeAll, run: () => navigate(paths.drafts()) } })
    } catch (error) {
      toast(t('notScheduled', { reason: sentenceOf(error) }))
    } finally {
      props.onClose()
    }
  }
  return <ScheduleDialog title={en.sendLater} onClose={() => props.onClose()} onChoose={(at) => void schedule(at)} />
}
