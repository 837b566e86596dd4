import type { Database } from './database.ts'
import { CLOSE_CODES } from './protocol.ts'
import { type OpenSession, type Session, setAccess, tell } from './sessions.ts'

export interface RevocationOptions {
  database: Pick<Database, 'permissionOn'>
  /** Milliseconds of the epoch. */
  clock(): number
  report(message: string, error?: unknown): void
}

export interface Revocation {
  start(): void
  stop(): void
  /** Takes a payload of `atrium_access`. */
  hear(payload: string): void
  /** Whatever was sent while nobody listened is lost, so everybody is concerned. */
  catchUp(): void
  /** Counts notices, so that one is not missed between asking for access and watching the connection. */
  noticesHeard(): number
  watch(session: OpenSession): void
  forget(session: Session): void
  /** Asks the database again what this person may do, and acts on it. */
  askAgain(session: Session): void
}

const SECOND_MS = 1000
/** A grant expires without a notice, so everybody is asked for again now and then. */
const SWEEP_MS = 20_000
/** A fresh token is asked for so long before the old one expires. */
const TOKEN_AHEAD_SECONDS = 60
/** As long as an expired token is still taken, see tokens.ts. */
const TOKEN_LEEWAY_SECONDS = 5
const PARALLEL_QUESTIONS = 4
const RETRY_MS = 500

/** Hears of lost access and asks again for the connections concerned: they become read-only or are closed. Also ends connections
 *  whose token expires. */
export function createRevocation({ database, clock, report }: RevocationOptions): Revocation {
  const sessions = new Set<OpenSession>()
  const questions = new Set<OpenSession>()
  const tokenAskedFor = new WeakMap<Session, number>()
  const latestQuestion = new WeakMap<Session, number>()
  let questionsAsked = 0
  let asking = 0
  let heard = 0
  let sweptAt = clock()
  let tick: NodeJS.Timeout | undefined

  function ask(concerned: Iterable<OpenSession>) {
    for (const session of concerned) questions.add(session)
    while (asking < PARALLEL_QUESTIONS && questions.size > 0) void answerQuestions() // Never rejects.
  }

  async function answerQuestions() {
    asking += 1
    for (const session of questions) {
      questions.delete(session)
      try {
        await askFor(session)
      } catch (error) {
        // Nobody's rights change while the database is away, so waiting for it gives nothing away.
        report('Access cannot be asked again; trying again', error)
        questions.add(session)
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      }
    }
    asking -= 1
  }

  async function askFor(session: OpenSession) {
    if (!sessions.has(session)) return
    const question = ++questionsAsked
    latestQuestion.set(session, question)
    const permission = await database.permissionOn(session.documentId, session.claims)
    // Two answers may overtake each other: the one that was asked last counts.
    if (!sessions.has(session) || latestQuestion.get(session) !== question) return
    if (permission) {
      session.name = permission.name
      return setAccess(session, permission.access)
    }
    sessions.delete(session)
    // After a mere close the provider would stay silent and go on sending.
    tell(session.connection, { type: 'revoked' })
    session.connection.close({ code: CLOSE_CODES.reset, reason: 'revoked' })
  }

  function hear(payload: string) {
    heard += 1
    const notice = parseNotice(payload)
    const concerns = ({ claims, documentId }: Session) =>
      (notice.user_id ?? claims.sub) === claims.sub && (notice.document_id ?? documentId) === documentId
    ask([...sessions].filter(concerns))
  }

  function catchUp() {
    heard += 1
    ask(sessions)
  }

  function everySecond() {
    const now = clock()
    for (const session of sessions) checkToken(session, now / SECOND_MS)
    if (now - sweptAt < SWEEP_MS) return
    sweptAt = now
    ask(sessions)
  }

  function checkToken(session: OpenSession, nowSeconds: number) {
    const { exp } = session.claims
    if (exp + TOKEN_LEEWAY_SECONDS <= nowSeconds) return session.socket.close(CLOSE_CODES.tokenExpired, 'token_expired')
    if (exp - TOKEN_AHEAD_SECONDS > nowSeconds || tokenAskedFor.get(session) === exp) return
    tokenAskedFor.set(session, exp)
    session.connection.requestToken()
  }

  return {
    start() {
      tick = setInterval(everySecond, SECOND_MS)
    },
    stop: () => clearInterval(tick),
    hear,
    catchUp,
    noticesHeard: () => heard,
    watch(session) {
      sessions.add(session)
      if (session.askedAt !== heard) ask([session])
    },
    forget: (session) => void sessions.delete(session as OpenSession),
    askAgain: (session) => ask([...sessions].filter((each) => each === session)),
  }
}

interface Notice {
  user_id?: string | null
  document_id?: string | null
}

/** Notices come from our own triggers; one that cannot be read concerns everybody. */
function parseNotice(payload: string): Notice {
  try {
    return (JSON.parse(payload) as Notice | null) ?? {}
  } catch {
    return {}
  }
}
