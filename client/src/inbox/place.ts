import { paths } from '../paths.ts'
import type { Notice } from './inbox.ts'

/** Whether it is about a message. */
export const isOfMessage = ({ object_type, source_id, kind }: Notice): boolean =>
  object_type === 'room' && source_id !== null && !['access', 'scheduled_failed', 'transfer'].includes(kind)

/** Where a notification is answered. */
export function placeOf(notice: Notice): string {
  const { object_type, object_id, kind, source_id, thread_id } = notice
  if (object_type === 'room') {
    if (!source_id || !isOfMessage(notice)) return paths.room(object_id)
    return thread_id ? `${paths.room(object_id)}?thread=${thread_id}` : paths.room(object_id, source_id)
  }
  if (object_type === 'document') {
    if (kind.startsWith('suggestion')) return `${paths.document(object_id)}?panel=suggestions`
    return thread_id ? `${paths.document(object_id)}?panel=comments&thread=${thread_id}` : paths.document(object_id)
  }
  if (object_type === 'file') return paths.file(object_id)
  if (object_type === 'task') return paths.task(notice.detail ?? object_id)
  return object_type === 'space' ? paths.space(object_id) : paths.people()
}
