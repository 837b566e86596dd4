import { audit } from '../audit.ts'
import type { Handler } from '../context.ts'
import { AuthError } from '../errors.ts'
import { answer } from '../http.ts'
import { identityUnlinkedMail } from '../mails.ts'
import { assertSecondFactor, lockUser, tell } from '../mfa/factors.ts'
import { assertFresh } from '../reauthentication.ts'
import { isUuid, signedIn } from '../sessions.ts'
import { noteProviders } from '../users.ts'

/** `DELETE /user/identities/:id`: that account elsewhere opens this one no more. One must remain, and the address is no account elsewhere. */
export const unlink: Handler = async (auth, request) => {
  const { user, session } = await signedIn(auth, request)
  const id = request.path.split('/')[3]
  if (!isUuid(id)) throw new AuthError(404, 'validation_failed', 'identity_id must be an UUID')
  assertSecondFactor(user, session, { status: 403, message: 'AAL2 required to unlink an identity' })
  await assertFresh(auth, { user, session })
  const provider = await auth.sql.begin(async (sql) => {
    const { identities } = await lockUser(sql, user)
    const identity = identities.find(({ identity_id }) => identity_id === id.toLowerCase())
    if (!identity) throw new AuthError(422, 'identity_not_found', "Identity doesn't exist")
    if (identities.length === 1)
      throw new AuthError(422, 'single_identity_not_deletable', 'User must have at least 1 identity after unlinking')
    if (identity.provider === 'email')
      throw new AuthError(
        422,
        'email_conflict_identity_not_deletable',
        'The e-mail address belongs to the account itself; change it instead',
      )
    await sql`delete from auth.identities where id = ${id}`
    await noteProviders(sql, user.id, auth.now())
    await audit(auth, sql, request, 'identity_unlinked', user)
    return identity.provider
  })
  tell(auth, user, (to) => identityUnlinkedMail({ to, provider, siteUrl: auth.siteUrl }))
  return answer({})
}
