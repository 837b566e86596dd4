import { randomBytes } from 'node:crypto'
import type { Auth } from '../context.ts'
import type { AuthRequest } from '../http.ts'
import { digest } from '../sessions.ts'

/** Longer than a sign-in may take. */
const SECONDS = 3600

const isEncrypted = ({ externalUrl }: Auth) => externalUrl.startsWith('https:')
/** With the prefix, no other host of the domain can set it. Without encryption browsers refuse the prefix. */
const nameOf = (auth: Auth) => (isEncrypted(auth) ? '__Host-atrium-sign-in' : 'atrium-sign-in')

/** The mark of the browser that asks: who comes back from a provider must be who left for it, or somebody could be lured into an
 *  account that is not his. */
export function browserOf(auth: Auth, { headers }: AuthRequest): string | undefined {
  const cookies = String(headers.cookie ?? '').split(/; */)
  const value = cookies.find((cookie) => cookie.startsWith(`${nameOf(auth)}=`))?.slice(nameOf(auth).length + 1)
  return value !== undefined && /^[\w-]{32}$/.test(value) ? value : undefined
}

/** Marks a browser; one that is marked keeps its mark, for sign-ins in several tabs. */
export function markBrowser(auth: Auth, request: AuthRequest): { hash: string; cookie: string } {
  const mark = browserOf(auth, request) ?? randomBytes(24).toString('base64url')
  const attributes = `Path=/; Max-Age=${SECONDS}; HttpOnly; SameSite=Lax${isEncrypted(auth) ? '; Secure' : ''}`
  return { hash: digest(mark), cookie: `${nameOf(auth)}=${mark}; ${attributes}` }
}
