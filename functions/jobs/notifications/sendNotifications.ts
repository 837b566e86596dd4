import { z } from 'zod'
import { type MailedNotice, type NoticeMail, noticeMail } from './noticeMail.ts'
import type { Delivered, Push } from './pushNotice.ts'

/** What the queue `send_notifications` carries: ids, read again when they are sent. */
const Payload = z.object({ user_id: z.uuid(), channel: z.enum(['push', 'mail']), ids: z.array(z.uuid()).max(1000) })

export interface Services {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>
  /** Undefined when this installation has no keys. */
  push: ((push: Push) => Promise<Delivered>) | undefined
  deliver(message: NoticeMail, id: string): Promise<void>
  siteUrl: string
}

/** Pushes or mails notifications of one person. Each is written down as sent before it leaves, and taken back when it could not: whatever
 *  dies in between, nobody is told twice. What it throws makes the queue try again. */
export function sendNotifications({ query, push, deliver, siteUrl }: Services) {
  async function pushAll(person: string, ids: string[]): Promise<void> {
    if (!push) return
    const { rows } = await query('select * from atrium_private.pushes_due($1, $2)', [person, ids])
    const failures: unknown[] = []
    for (const due of rows as Push[]) {
      const key = [due.notification_id, due.subscription_id]
      const claim = await query('select atrium_private.claim_push($1, $2) as mine', key)
      if (!(claim.rows[0] as { mine: boolean }).mine) continue
      try {
        const outcome = await push(due)
        if (outcome === 'gone') await query('select atrium_private.forget_device($1)', [due.subscription_id])
      } catch (error) {
        await query('select atrium_private.release_push($1, $2)', key)
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  async function mailAll(person: string, ids: string[], job: string): Promise<void> {
    const { rows } = await query('select * from atrium_private.claim_mail($1, $2)', [person, ids])
    const [first, ...others] = rows as MailedNotice[]
    if (!first) return
    try {
      await deliver(noticeMail([first, ...others], siteUrl), job)
    } catch (error) {
      await query('select atrium_private.release_mail($1)', [[first, ...others].map((notice) => notice.notification_id)])
      throw error
    }
  }

  return async (job: { id: string; data: unknown }): Promise<void> => {
    const { user_id, channel, ids } = Payload.parse(job.data)
    if (channel === 'push') await pushAll(user_id, ids)
    else await mailAll(user_id, ids, job.id)
  }
}
