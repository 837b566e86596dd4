import { useNavigate } from '@solidjs/router'
import { relativeTime, textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { rpc } from '../supabase.ts'
import { toast } from '../ui/Toast.tsx'
import { attempt } from './attempt.ts'
import { dialogsEn } from './dialogsEn.ts'
import { messageEn } from './messageEn.ts'
import { ReminderTimes } from './ReminderTimes.tsx'

const t = textsOf(dialogsEn)

/** When to remind this person of something in his own words. What fails can be tried again. */
export default function RemindMe(props: { roomId: string; text: string; onClose(): void }) {
  const navigate = useNavigate()
  const id = crypto.randomUUID()
  const remind = async (at: Date) => {
    const args = { id, room_id: props.roomId, text: props.text, remind_at: at.toISOString() }
    if (!(await attempt(messageEn.remind, () => rpc('remind_me', args)))) return
    props.onClose()
    const all = { label: dialogsEn.reminders, run: () => navigate(paths.saved()) }
    toast(t('reminderSet', { when: relativeTime(at) }), { action: all })
  }
  return (
    <ReminderTimes onChoose={(at) => void remind(at)} onClose={() => props.onClose()}>
      <p dir="auto">{props.text}</p>
    </ReminderTimes>
  )
}
