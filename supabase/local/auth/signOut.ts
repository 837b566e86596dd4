import { audit } from './audit.ts'
import type { Handler } from './context.ts'
import { invalid } from './errors.ts'
import { endSessions, signedIn } from './sessions.ts'

/** `POST /logout?scope=global|local|others` */
export const signOut: Handler = async (auth, request) => {
  const scope = request.query.get('scope') || 'global'
  if (!['global', 'local', 'others'].includes(scope)) throw invalid('The scope must be global, local or others')
  const { user, session } = await signedIn(auth, request)
  await auth.sql.begin(async (sql) => {
    await audit(auth, sql, request, 'logout', user)
    await endSessions(sql, user.id, scope === 'local' ? { only: session.id } : scope === 'others' ? { except: session.id } : {})
  })
  return { status: 204 }
}
