import { z } from 'zod'
import { type MailMessage, renderMail } from './mail.ts'

/** What the queue `send_mail` carries: a finished mail, or the id of what it is about, read again when it is sent. */
const Payload = z.union([
  z.object({ kind: z.literal('invitation'), invitation_id: z.uuid() }),
  z.object({ to: z.string().min(3), subject: z.string(), text: z.string(), html: z.string() }),
])

/** An invitation as `atrium_private.issue_invitation_token` gives it. */
export interface Invitation {
  token: string
  email: string
  workspace_name: string
  role: string
  invited_by_name: string | null
  expires_at: Date
}

export interface Services {
  /** Makes a new token and stores its hash; undefined when the invitation is no longer open. */
  issueInvitation(id: string): Promise<Invitation | undefined>
  /** `id` names the job, so that a mail which is sent twice after a crash can be told from two mails. */
  deliver(message: MailMessage, id: string): Promise<void>
  siteUrl: string
}

/** Sends one mail. What it throws makes the queue try again, later and later. */
export function sendMail({ issueInvitation, deliver, siteUrl }: Services) {
  return async (job: { id: string; data: unknown }): Promise<void> => {
    const payload = Payload.parse(job.data)
    if (!('kind' in payload)) return deliver(payload, job.id)
    const invitation = await issueInvitation(payload.invitation_id)
    if (invitation) await deliver(invitationMail(invitation, siteUrl), job.id)
  }
}

function invitationMail({ email, token, workspace_name, role, invited_by_name, expires_at }: Invitation, siteUrl: string): MailMessage {
  const inviter = invited_by_name ?? 'Somebody'
  const until = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(expires_at)
  return renderMail({
    to: email,
    subject: `${inviter} invited you to ${workspace_name}`,
    lines: [`${inviter} invited you to work together in ${workspace_name}, as ${role}.`],
    button: { label: 'Accept the invitation', url: `${siteUrl}/invite/${token}` },
    footer: `The invitation is for ${email} and ends on ${until}. If you did not expect it, you can ignore this mail.`,
  })
}
