import { relativeTime, textsOf } from '../i18n.ts'
import { toast } from '../ui/Toast.tsx'
import { attempt } from './attempt.ts'
import { dialogsEn } from './dialogsEn.ts'
import type { Marks } from './marks.ts'
import { messageEn } from './messageEn.ts'
import type { MessageRow } from './messageLog.ts'
import { ReminderTimes } from './ReminderTimes.tsx'

const t = textsOf(dialogsEn)

/** When to bring a message up again. It is saved with it. */
export default function RemindDialog(props: { row: MessageRow; marks: Marks; onClose(): void }) {
  const remind = async (at: Date) => {
    props.onClose()
    const told = t('reminderSet', { when: relativeTime(at) })
    if (await attempt(messageEn.remind, () => props.marks.save(props.row.id, true, at.toISOString()))) toast(told)
  }
  return <ReminderTimes onChoose={(at) => void remind(at)} onClose={() => props.onClose()} />
}
