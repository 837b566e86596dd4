import { audit } from './audit.ts'
import type { Handler } from './context.ts'
import { deviceOf } from './device.ts'
import { AuthError } from './errors.ts'
import { answer } from './http.ts'
import { endSessions, hasEnded, isUuid, type Session, signedIn } from './sessions.ts'

// Our own: GoTrue signs out by scope, but does not say where somebody is signed in.

/** As many as anybody looks at. */
const MOST = 200

/** `GET /sessions`: where the person is signed in, the latest use first: `{ sessions: [{ id, is_current, device, user_agent, ip, aal,
 *  created_at, last_used_at }] }`. `device` is null when the user agent names none. A session in use is refreshed about once in the life of an
 *  access token: `last_used_at`, `ip` and `device` are of the latest time. */
export const showSessions: Handler = async (auth, request) => {
  const { user, session } = await signedIn(auth, request)
  const sessions = await auth.sql<(Session & { user_agent: string | null; ip: string | null })[]>`
    select *, host(ip) as ip from auth.sessions where user_id = ${user.id} order by updated_at desc, id limit ${MOST}`
  const now = auth.now()
  const rows = sessions
    .filter((row) => !hasEnded(auth, row, now))
    .map(({ id, user_agent, ip, aal, created_at, updated_at }) => ({
      id,
      is_current: id === session.id,
      device: deviceOf(user_agent ?? ''),
      user_agent: user_agent ?? '',
      ip,
      aal,
      created_at,
      last_used_at: updated_at,
    }))
  return answer({ sessions: rows })
}

/** `DELETE /sessions/:id`: signs the person out there. */
export const endSession: Handler = async (auth, request) => {
  const { user } = await signedIn(auth, request)
  const id = request.path.split('/')[2]
  if (!isUuid(id)) throw new AuthError(404, 'validation_failed', 'The id of a session must be an UUID')
  await auth.sql.begin(async (sql) => {
    const ended = await endSessions(sql, user.id, { only: id })
    if (ended === 0) throw new AuthError(404, 'session_not_found', 'You have no such session')
    await audit(auth, sql, request, 'logout', user)
  })
  return { status: 204 }
}

/** `DELETE /sessions`: signs the person out everywhere else. */
export const endOtherSessions: Handler = async (auth, request) => {
  const { user, session } = await signedIn(auth, request)
  await auth.sql.begin(async (sql) => {
    await endSessions(sql, user.id, { except: session.id })
    await audit(auth, sql, request, 'logout', user)
  })
  return { status: 204 }
}
