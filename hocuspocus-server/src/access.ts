import type { Extension } from '@hocuspocus/server'
import type { Database, Permission } from './database.ts'
import { CLOSE_CODES, documentIdOf } from './protocol.ts'
import type { Revocation } from './revocation.ts'
import { SCHEMA_VERSION } from './schema/version.ts'
import { type Context, Denied, type OpenSession, type Session, tell } from './sessions.ts'
import { type Claims, TokenError, type VerifyToken } from './tokens.ts'

export interface AccessOptions {
  database: Pick<Database, 'permissionOn'>
  verifyToken: VerifyToken
  revocation: Revocation
  documentsPerConnection: number
  report(message: string, error?: unknown): void
}

/** Who may open a document, and whether they may write: Postgres is asked as that person. Whoever loses access later hears of it
 *  from revocation.ts, and is asked here again when the client comes back. */
export function access({ database, verifyToken, revocation, documentsPerConnection, report }: AccessOptions): Extension<Context> {
  async function permissionOn(documentId: string, claims: Claims): Promise<Permission | null> {
    try {
      return await database.permissionOn(documentId, claims)
    } catch (error) {
      report('Access cannot be asked of the database', error)
      throw new Denied('unavailable', error)
    }
  }

  return {
    extensionName: 'access',

    async onAuthenticate({ documentName, token, connectionConfig, context, requestParameters }) {
      const documentId = documentIdOf(documentName)
      if (!documentId) throw new Denied('not_found')
      if (context.socket.sessions.size >= documentsPerConnection) throw new Denied('too_many_documents')
      const claims = await verifyToken(token).catch((error: unknown) => {
        throw new Denied(error instanceof TokenError ? error.code : 'token_invalid', error)
      })
      const askedAt = revocation.noticesHeard()
      const permission = await permissionOn(documentId, claims)
      if (!permission) throw new Denied('not_found')
      // Its editor would delete what it does not know.
      const outdated = !(Number(requestParameters.get('schema')) >= SCHEMA_VERSION)
      connectionConfig.readOnly = permission.access === 'read' || outdated
      const session: Session = { documentId, socket: context.socket, claims, ...permission, refused: false, outdated, askedAt }
      return { session }
    },

    async connected({ connection, context }) {
      const { session, socket } = context
      if (!session) return
      // A document can be let go of in the very moment in which somebody joins it. What he writes there would reach nobody.
      if (connection.document.isDestroyed) return socket.close(CLOSE_CODES.reset, 'reset')
      if (!connection.document.hasConnection(connection)) return
      const open: OpenSession = Object.assign(session, { connection })
      socket.sessions.add(open)
      revocation.watch(open)
      if (session.outdated) tell(connection, { type: 'outdated' })
    },

    async onTokenSync({ token, context }) {
      const { session, socket } = context
      if (!session) return
      const claims = await verifyToken(token).catch(() => null)
      // Another person's token does not make this connection his: he opens his own.
      if (claims?.sub !== session.claims.sub) return socket.close(CLOSE_CODES.tokenExpired, 'token_invalid')
      session.claims = claims
      revocation.askAgain(session)
    },

    async onDisconnect({ context }) {
      if (!context.session) return
      const session = context.session as OpenSession
      context.socket.sessions.delete(session)
      revocation.forget(session)
    },
  }
}
