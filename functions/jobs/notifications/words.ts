/** What a notification is about, as `atrium_private` tells the worker. */
export interface Notice {
  notification_id: string
  kind: string
  object_type: string
  object_id: string
  object_name: string
  is_direct: boolean
  actor_names: string[]
  source_id: string | null
  thread_id: string | null
  excerpt: string | null
}

const SENTENCES: Record<string, (who: string, where: string) => string> = {
  direct: (who) => `${who} wrote to you`,
  mention: (who, where) => `${who} mentioned you in ${where}`,
  reply: (who, where) => `${who} answered in ${where}`,
  message: (who, where) => `${who} wrote in ${where}`,
  reaction: (who, where) => `${who} reacted to what you said in ${where}`,
  comment_mention: (who, where) => `${who} mentioned you in a comment on ${where}`,
  comment_reply: (who, where) => `${who} answered a comment on ${where}`,
  comment: (who, where) => `${who} commented on ${where}`,
  comment_resolved: (who, where) => `${who} resolved a comment on ${where}`,
  document_mention: (who, where) => `${who} mentioned you in ${where}`,
  document_changed: (who, where) => `${who} changed ${where}`,
  suggestion: (who, where) => `${who} suggests changes to ${where}`,
  suggestion_decided: (who, where) => `${who} looked through your suggestion for ${where}`,
  task_assigned: (who, where) => `${who} gave you the task ${where}`,
  task_mention: (who, where) => `${who} mentioned you at the task ${where}`,
  task_comment: (who, where) => `${who} said something about the task ${where}`,
  task_status: (who, where) => `${who} moved the task ${where}`,
  task_due: (_, where) => `The task ${where} is due`,
  access: (who, where) => `${who} shared ${where} with you`,
  invitation_accepted: (who, where) => `${who} joined ${where}`,
  transfer: (_, where) => `An import or export in ${where} has ended`,
  reminder: (_, where) => `You wanted to be reminded of something in ${where}`,
  scheduled_failed: (_, where) => `A message for ${where} could not be sent`,
}

/** "Anna mentioned you in #launch": plain text. */
export function sentenceOf({ kind, actor_names, object_type, object_name, is_direct }: Notice): string {
  const [first = 'Somebody', ...others] = actor_names.filter(Boolean).toReversed()
  const who = others.length > 0 ? `${first} and ${others.length === 1 ? others[0] : `${others.length} others`}` : first
  const name = object_name || 'Untitled'
  const where = object_type === 'room' ? (is_direct ? `your conversation with ${name}` : `#${name}`) : name
  return SENTENCES[kind]?.(who, where) ?? `${who}: ${where}`
}

/** Where it is answered, as a path of the client. */
export function pathOf({ kind, object_type, object_id, source_id, thread_id }: Notice): string {
  if (object_type === 'room') {
    if (!source_id || kind === 'access' || kind === 'scheduled_failed') return `/c/${object_id}`
    return thread_id ? `/c/${object_id}?thread=${thread_id}` : `/c/${object_id}/m/${source_id}`
  }
  if (object_type === 'document') {
    if (kind.startsWith('suggestion')) return `/d/${object_id}?panel=suggestions`
    return thread_id ? `/d/${object_id}?panel=comments&thread=${thread_id}` : `/d/${object_id}`
  }
  if (object_type === 'file') return `/f/${object_id}`
  if (object_type === 'task') return `/t/${object_id}`
  return object_type === 'space' ? `/s/${object_id}` : '/people'
}
