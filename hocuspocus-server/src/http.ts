import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Database } from './database.ts'
import { type History, HistoryRefusal } from './history/history.ts'
import type { Instant } from './history/questions.ts'
import { createBucket } from './limits.ts'
import type { SuggestionAnswer } from './suggestions/changes.ts'
import { type Claims, TokenError, type VerifyToken } from './tokens.ts'

export interface HttpOptions {
  database: Pick<Database, 'permissionOn'>
  history: Pick<History, 'ask'>
  verifyToken: VerifyToken
  /** Milliseconds of the epoch. */
  clock(): number
  report(message: string, error?: unknown): void
}

/** An answer that is an error: a status, a code for programs and a sentence for people. */
class Refusal extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** An answer that is not JSON. */
class Markdown {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const ROUTE = new RegExp(
  `^/collab/documents/(${UUID})/(?:(versions)/([^/]+)|(at)/([^/]+)|(diff)|(blame)|(replay)|(suggestions)(?:/(${UUID}))?)$`,
)
const VERSION = new RegExp(`^${UUID}$`)

const REQUESTS_PER_SECOND = 5
/** Going through versions by key asks for many at once. */
const REQUESTS_AT_ONCE = 40
const MAX_PEOPLE = 10_000
const MAX_STEPS = 500
/** As many as a page can have, see create_suggestion. */
const MAX_SUGGESTIONS = 100
const DEFAULT_STEPS = 300
const COMPRESS_FROM_BYTES = 1024

const REFUSALS: Record<HistoryRefusal['code'], [status: number, message: string]> = {
  version_not_found: [404, 'There is no such version of this document.'],
  history_forgotten: [410, 'The history of this document is not kept for so long.'],
  block_not_found: [404, 'There is no such block in this version.'],
  unknown_content: [422, 'This version holds what no page can hold.'],
  history_too_large: [413, 'This is too much at once. Ask for a shorter time.'],
  suggestion_not_found: [404, 'There is no such suggestion for this document.'],
  suggestion_changed: [409, 'The suggestion was changed in the same moment.'],
  unavailable: [503, 'The history cannot be read at the moment.'],
  too_busy: [503, 'Too many people are reading history at the moment.'],
}

/** What is asked of the collaboration server without a socket: the history of documents and
 *  what suggestions would change in them, for whoever may read them. */
export function createHttp({ database, history, verifyToken, clock, report }: HttpOptions) {
  const buckets = new Map<string, () => boolean>()

  function take(userId: string): boolean {
    if (buckets.size > MAX_PEOPLE) buckets.clear()
    const bucket = buckets.get(userId) ?? createBucket({ perSecond: REQUESTS_PER_SECOND, burst: REQUESTS_AT_ONCE, clock })
    buckets.set(userId, bucket)
    return bucket()
  }

  async function claimsOf(request: IncomingMessage): Promise<Claims> {
    const [, token] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (!token) throw new Refusal(401, 'not_signed_in', 'Sign in first.')
    return verifyToken(token).catch((error: unknown) => {
      const code = error instanceof TokenError ? error.code : 'token_invalid'
      throw new Refusal(401, code, code === 'token_expired' ? 'The session has expired.' : 'This is no valid access token.')
    })
  }

  /** What several suggestions would change, by their ids; one that was withdrawn is left out. */
  async function suggestions(documentId: string, searchParams: URLSearchParams) {
    const ids = new Set((searchParams.get('ids') ?? '').split(',').filter((id) => VERSION.test(id)))
    if (ids.size > MAX_SUGGESTIONS) throw new Refusal(400, 'ids_invalid', `Ask for ${MAX_SUGGESTIONS} suggestions at most.`)
    const found: Record<string, SuggestionAnswer> = {}
    // One after the other: nobody takes all workers for himself.
    for (const suggestionId of ids) {
      try {
        found[suggestionId] = await history.ask({ kind: 'suggestion', documentId, suggestionId })
      } catch (error) {
        if (!(error instanceof HistoryRefusal && error.code === 'suggestion_not_found')) throw error
      }
    }
    return found
  }

  async function answer(request: IncomingMessage): Promise<unknown> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const route = ROUTE.exec(pathname)
    if (!route) throw new Refusal(404, 'not_found', 'There is nothing here.')
    if (request.method !== 'GET') throw new Refusal(405, 'method_not_allowed', 'This can only be read.')
    const documentId = route[1] as string
    const claims = await claimsOf(request)
    if (!take(claims.sub)) throw new Refusal(429, 'too_many_requests', 'Too many questions. Wait a moment.')
    const permission = await database.permissionOn(documentId, claims).catch((error: unknown) => {
      report('Access cannot be asked of the database', error)
      throw new Refusal(503, 'unavailable', REFUSALS.unavailable[1])
    })
    if (!permission) throw new Refusal(404, 'document_not_found', 'There is no such document, or you may not see it.')
    const at = () => instantOf(searchParams.get('at') ?? 'now')
    const to = () => instantOf(searchParams.get('to') ?? 'now')
    const content = async (instant: Instant) => {
      const markdown = searchParams.get('format') === 'markdown'
      const answered = await history.ask({ kind: 'content', documentId, at: instant, markdown })
      return answered.markdown === undefined ? answered : new Markdown(answered.markdown)
    }
    switch (route[2] ?? route[4] ?? route[6] ?? route[7] ?? route[8] ?? route[9]) {
      case 'versions':
        return content(versionOf(decoded(route[3])))
      case 'at':
        return content(instantOf(decoded(route[5])))
      case 'diff':
        return history.ask({ kind: 'diff', documentId, from: instantOf(searchParams.get('from')), to: to() })
      case 'blame':
        return history.ask({ kind: 'blame', documentId, at: at() })
      case 'suggestions':
        return route[10] ? history.ask({ kind: 'suggestion', documentId, suggestionId: route[10] }) : suggestions(documentId, searchParams)
      default: {
        const from = searchParams.get('from')
        const steps = stepsOf(searchParams.get('steps'))
        return history.ask({ kind: 'replay', documentId, from: from === null ? 'beginning' : instantOf(from), to: to(), steps })
      }
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await send(request, response, 200, await answer(request))
    } catch (error) {
      const refusal = refusalOf(error)
      if (!refusal) report('A request failed', error)
      const { status, code, message } = refusal ?? new Refusal(500, 'internal_error', 'Something went wrong on the server.')
      await send(request, response, status, { code, message })
    }
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    request.resume() // Nothing here takes a body.
    response.on('error', () => {}) // Whoever asked is gone.
    handle(request, response).catch((error: unknown) => {
      report('An answer could not be sent', error)
      response.destroy()
    })
  }
}

function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error
  if (!(error instanceof HistoryRefusal)) return null
  const [status, message] = REFUSALS[error.code]
  return new Refusal(status, error.code, message)
}

/** What cannot be decoded is nothing that exists. */
function decoded(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? '')
  } catch {
    return ''
  }
}

function versionOf(text: string): Instant {
  if (!VERSION.test(text)) throw new Refusal(404, 'version_not_found', REFUSALS.version_not_found[1])
  return { version: text }
}

/** A version, a time as in 2026-12-01T09:30:00Z, or `now`. */
function instantOf(text: string | null): Instant {
  if (text === 'now') return 'now'
  if (text && VERSION.test(text)) return { version: text }
  const time = text && /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text.replace(' ', '+')) : Number.NaN
  if (Number.isNaN(time)) throw new Refusal(400, 'instant_invalid', 'Give the id of a version, a time as in 2026-12-01T09:30:00Z, or now.')
  return { time }
}

function stepsOf(text: string | null): number {
  const steps = text === null ? DEFAULT_STEPS : Number(text)
  if (!Number.isInteger(steps) || steps < 1 || steps > MAX_STEPS)
    throw new Refusal(400, 'steps_invalid', `The number of steps is 1 to ${MAX_STEPS}.`)
  return steps
}

const compressed = promisify(gzip)

async function send(request: IncomingMessage, response: ServerResponse, status: number, body: unknown): Promise<void> {
  const isMarkdown = body instanceof Markdown
  const text = Buffer.from(isMarkdown ? body.text : JSON.stringify(body))
  const isLong = text.length > COMPRESS_FROM_BYTES && /\bgzip\b/.test(String(request.headers['accept-encoding']))
  response.writeHead(status, {
    'content-type': isMarkdown ? 'text/markdown; charset=utf-8' : 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    vary: 'accept-encoding',
    ...(isLong && { 'content-encoding': 'gzip' }),
    ...(status === 429 || status === 503 ? { 'retry-after': '2' } : {}),
  })
  response.end(isLong ? await compressed(text) : text)
}
