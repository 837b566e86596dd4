import { AuthClient, type Session } from '@supabase/auth-js'
import { PostgrestClient } from '@supabase/postgrest-js'
import { type ProblemError, problemOf } from './errors.ts'

/** The parts of supabase-js that the first screen needs; Realtime and Storage come when somebody asks for them. */

const origin = location.origin
// The gateway writes the key into the page, so one build serves every installation.
const publishableKey = document.querySelector<HTMLMetaElement>('meta[name=atrium-publishable-key]')?.content ?? ''

/** Where the browser keeps the session. */
export const sessionKey = 'atrium.session'

let retryAfterSeconds: number | undefined

/** auth-js forgets the response's headers, and with them how long to wait. */
async function rememberRetryAfter(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init)
  retryAfterSeconds = response.status === 429 ? Number(response.headers.get('retry-after')) || undefined : undefined
  return response
}

export const auth = new AuthClient({
  url: `${origin}/auth/v1`,
  headers: { apikey: publishableKey },
  storageKey: sessionKey,
  fetch: rememberRetryAfter,
  experimental: { recoveryCodes: true },
})

/** The session as the browser keeps it. auth-js takes it away when the server says that it is over. */
export const keptSession = (): Session | null => JSON.parse(localStorage.getItem(sessionKey) ?? 'null')

/** The signed-in person's token, refreshed when it is about to expire; null when nobody is signed in. */
export async function accessToken(): Promise<string | null> {
  // Without network auth-js would try for half a minute to refresh it.
  if (!navigator.onLine) return keptSession()?.access_token ?? null
  const { data } = await auth.getSession()
  return data.session?.access_token ?? null
}

/** `fetch` as the signed-in person. A token that is refused before its time is refreshed once. */
export async function fetchAsPerson(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const token = await accessToken()
  const response = await fetch(input, withToken(init, token))
  if (response.status !== 401 || !token) return response
  const { data } = await auth.refreshSession()
  return data.session ? fetch(input, withToken(init, data.session.access_token)) : response
}

function withToken(init: RequestInit | undefined, token: string | null): RequestInit {
  const headers = new Headers(init?.headers)
  headers.set('apikey', publishableKey)
  if (token) headers.set('authorization', `Bearer ${token}`)
  return { ...init, headers }
}

/** The same for questions whose last answer this device keeps: where the server is not reached, that one stands for the next. */
const fetchOrRecall: typeof fetch = async (input, init) => {
  const question = { address: String(input), method: init?.method, body: init?.body }
  try {
    const response = await fetchAsPerson(input, init)
    const copy = response.ok && response.clone()
    if (copy) kept((module) => module.keepAnswer(question, copy)).catch(() => {})
    return response
  } catch (error) {
    const recalled = await kept((module) => module.recallAnswer(question)).catch(() => undefined)
    if (recalled) return recalled
    throw error
  }
}

const kept = <Result>(use: (module: typeof import('./sync/answers.ts')) => Promise<Result>) => import('./sync/answers.ts').then(use)

/** The tables of schema `atrium`; give queries to {@link rows}. */
export const rest = new PostgrestClient(`${origin}/rest/v1`, { schema: 'atrium', fetch: fetchOrRecall })

interface Answer {
  data: unknown
  error: { message: string; code?: string; details?: string | null } | null
  status: number
}

/** What a query of {@link rest} found.
 *  @throws {ProblemError} */
export async function rows<Result>(query: PromiseLike<Answer>): Promise<Result> {
  const { data, error, status } = await query
  if (error) throw problemOf(error, status)
  return data as Result
}

/** Calls a function of schema `atrium`.
 *  @throws {ProblemError} */
export function rpc<Result = void>(name: string, args: Record<string, unknown> = {}): Promise<Result> {
  return rows<Result>(rest.rpc(name, args))
}

/** What an auth-js call gave.
 *  @throws {ProblemError} */
export function authorised<Result extends { error: object | null }>(answer: Result): Result {
  if (answer.error) throw authProblem(answer.error)
  return answer
}

function authProblem(error: { status?: number; code?: string; message?: string; reasons?: string[] }): ProblemError {
  // One code for everything that is weak about a password; the first reason says more.
  const code = error.reasons?.[0] ? `weak_password_${error.reasons[0]}` : error.code
  return problemOf({ ...error, code, message: error.message }, error.status ?? 0, error.status === 429 ? retryAfterSeconds : undefined)
}

let realtimeClient: Promise<import('@supabase/realtime-js').RealtimeClient> | undefined

/** The one Realtime connection; opened at the first call. */
export function realtime() {
  realtimeClient ??= connectRealtime()
  return realtimeClient
}

async function connectRealtime() {
  const { RealtimeClient } = await import('@supabase/realtime-js')
  const client = new RealtimeClient(`${origin.replace(/^http/, 'ws')}/realtime/v1`, { params: { apikey: publishableKey }, accessToken })
  // The first join would go out before the token is there, and be refused.
  await client.setAuth()
  return client
}

let storageClient: Promise<import('@supabase/storage-js').StorageClient> | undefined

/** Files, as the signed-in person. */
export function storage() {
  storageClient ??= import('@supabase/storage-js').then(
    ({ StorageClient }) => new StorageClient(`${origin}/storage/v1`, { apikey: publishableKey }, fetchAsPerson),
  )
  return storageClient
}
