import type { Auth } from './context.ts'
import type { Sql } from './database.ts'
import type { AuthRequest } from './http.ts'
import type { MailMessage } from './mailLayout.ts'
import { alreadyRegisteredMail, confirmationMail, emailChangeMail, inviteMail, magicLinkMail, recoveryMail } from './mails.ts'
import { issueToken, type TokenType } from './oneTimeTokens.ts'
import { beginFlow, type Challenge } from './pkce.ts'
import { allowedRedirect, withQuery } from './redirects.ts'
import type { Method } from './sessions.ts'
import type { User } from './users.ts'

/** What a link does, in the words of the verify endpoint. */
export type LinkType = 'signup' | 'invite' | 'magiclink' | 'recovery' | 'email_change'

const KINDS = {
  signup: { token: 'confirmation_token', method: 'email/signup' },
  invite: { token: 'confirmation_token', method: 'invite' },
  magiclink: { token: 'recovery_token', method: 'magiclink' },
  recovery: { token: 'recovery_token', method: 'recovery' },
  email_change: { token: 'email_change_token_new', method: 'email_change' },
} as const satisfies Record<LinkType, { token: TokenType; method: Method }>

export interface LinkRequest {
  type: LinkType
  /** Where the link leads in the end; checked here. */
  redirectTo: string | null | undefined
  challenge?: Challenge
  /** Where the link goes, when it is not the user's address. */
  to?: string
  tokenType?: TokenType
}

export interface Link {
  to: string
  url: string
  token: string
  code: string
}

/** Where a request wants its links to lead back to. */
export const redirectOf = (request: AuthRequest, inBody?: string | null) => request.query.get('redirect_to') ?? inBody

/** Makes a link for a user, and notes when. Its address is this service's own, whatever host the request named. */
export async function makeLink(auth: Auth, sql: Sql, user: User, wish: LinkRequest): Promise<Link> {
  const { type, redirectTo, challenge = {}, to = user.email ?? '', tokenType = KINDS[type].token } = wish
  const flowId = await beginFlow(auth, sql, user.id, KINDS[type].method, challenge)
  const { token, code } = await issueToken(auth, sql, { userId: user.id, type: tokenType, email: to, flowId })
  const at = auth.now()
  if (type === 'email_change') await sql`update auth.users set email_change_sent_at = ${at} where id = ${user.id}`
  else if (KINDS[type].token === 'recovery_token') await sql`update auth.users set recovery_sent_at = ${at} where id = ${user.id}`
  else await sql`update auth.users set confirmation_sent_at = ${at} where id = ${user.id}`
  const redirect_to = allowedRedirect(auth, redirectTo)
  return { to, token, code, url: withQuery(`${auth.externalUrl}/verify`, { token, type, redirect_to }) }
}

const MAILS = { signup: confirmationMail, invite: inviteMail, magiclink: magicLinkMail, recovery: recoveryMail }

/** Makes a link and mails it. */
export async function sendLink(auth: Auth, user: User, wish: LinkRequest & { type: keyof typeof MAILS }): Promise<void> {
  const link = await auth.sql.begin((sql) => makeLink(auth, sql, user, wish))
  await auth.mail(MAILS[wish.type](link))
}

/** Asks the mailboxes whether the user's address may change to `newEmail`: the new one, and the old one where settings say so.
 *  An address that is somebody else's gets no link, only a word to its owner: whoever asked learns nothing. */
export async function sendEmailChange(auth: Auth, user: User, newEmail: string, wish: Pick<LinkRequest, 'redirectTo' | 'challenge'>) {
  const messages = await auth.sql.begin(async (sql): Promise<MailMessage[]> => {
    // Both answers count from here: an old one must not stand in for the other mailbox.
    await sql`update auth.users set email_change = ${newEmail}, email_change_confirm_status = 0 where id = ${user.id}`
    const [taken] = await sql`select from auth.users where email = ${newEmail} and not is_sso_user`
    const names = { from: user.email || 'none', newEmail }
    const messages: MailMessage[] = []
    if (taken) messages.push(alreadyRegisteredMail({ to: newEmail, siteUrl: auth.siteUrl }))
    else messages.push(emailChangeMail({ ...(await makeLink(auth, sql, user, { ...wish, type: 'email_change', to: newEmail })), ...names }))
    if (user.email && auth.settings.confirmBothMailboxes) {
      const link = await makeLink(auth, sql, user, { ...wish, type: 'email_change', tokenType: 'email_change_token_current' })
      messages.push(emailChangeMail({ ...link, ...names }))
    }
    return messages
  })
  for (const message of messages) await auth.mail(message)
}

/** Counts a mail that somebody asked for, to whatever address, before anybody looks whether it is known. */
export async function countMail(auth: Auth, request: AuthRequest, kind: string, email: string): Promise<void> {
  await auth.limits.take('mailPerAddress', request.address)
  await auth.limits.take('mailOfKind', `${kind}:${email}`)
  await auth.limits.take('mailPerAccount', email)
}
