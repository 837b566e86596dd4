import { assertAdmin } from '../adminUsers.ts'
import { audit } from '../audit.ts'
import type { Auth, Handler } from '../context.ts'
import { AuthError } from '../errors.ts'
import { type AuthRequest, answer } from '../http.ts'
import { factorRemovedMail } from '../mails.ts'
import { isUuid } from '../sessions.ts'
import { reload, type User } from '../users.ts'
import { factorIn, removeFactor, tell } from './factors.ts'

/** `GET /admin/users/:id/factors` */
export const showFactors: Handler = async (auth, request) => {
  assertAdmin(auth, request)
  return answer((await named(auth, request)).factors)
}

/** `DELETE /admin/users/:id/factors/:factor`: for somebody who lost his phone and his recovery codes. */
export const deleteFactor: Handler = async (auth, request) => {
  const actor = assertAdmin(auth, request)
  const user = await named(auth, request)
  const factor = factorIn(request, user, 5)
  await auth.sql.begin(async (sql) => {
    await removeFactor(sql, user, factor)
    await audit(auth, sql, request, 'factor_deleted', user, actor)
  })
  if (factor.status === 'verified') tell(auth, user, (to) => factorRemovedMail({ to, siteUrl: auth.siteUrl }))
  return answer(factor)
}

function named(auth: Auth, request: AuthRequest): Promise<User> {
  const id = request.path.split('/')[3]
  if (!isUuid(id)) throw new AuthError(404, 'validation_failed', 'user_id must be an UUID')
  return reload(auth.sql, id)
}
