import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secrets } from './secrets.ts'

/** The claims of an access token, as GoTrue writes them. `role` is the database role of the request. */
export interface Claims {
  role: string
  sub?: string
  exp?: number
  [claim: string]: unknown
}

/** Why a token is refused. `code` is GoTrue's. */
export class TokenError extends Error {
  readonly code: 'bad_jwt' | 'no_authorization'
  constructor(code: TokenError['code'], message: string) {
    super(message)
    this.code = code
  }
}

export interface Tokens {
  sign(claims: Claims): string
  /** Signature, algorithm and times; throws a TokenError. */
  verify(token: string): Claims
  /** Who a request speaks for: its bearer token, else its API key, else `anon`. Throws a TokenError on a wrong token or key. */
  callerOf(headers: { authorization?: string | undefined; apikey?: string | undefined }): Claims
}

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const HEADER = base64url({ alg: 'HS256', typ: 'JWT' })
/** Clocks of two machines may differ by so much. */
const LEEWAY_SECONDS = 5

export function createTokens({
  jwtSecret,
  publishableKey,
  secretKey,
}: Pick<Secrets, 'jwtSecret' | 'publishableKey' | 'secretKey'>): Tokens {
  const keys = new Map<string, Claims>([
    [publishableKey, { role: 'anon' }],
    [secretKey, { role: 'service_role' }],
  ])
  const signature = (content: string) => createHmac('sha256', jwtSecret).update(content).digest()

  function verify(token: string): Claims {
    const [header, payload, given, ...rest] = token.split('.')
    if (!header || !payload || !given || rest.length > 0) throw new TokenError('bad_jwt', 'The token is not a JSON Web Token')
    const expected = signature(`${header}.${payload}`)
    const received = Buffer.from(given, 'base64url')
    // The algorithm is ours, never the token's: the header only has to agree.
    if (received.length !== expected.length || !timingSafeEqual(received, expected))
      throw new TokenError('bad_jwt', 'The signature of the token is not valid')
    const claims = parse(payload)
    if (parse(header)?.alg !== 'HS256' || typeof claims?.role !== 'string' || typeof claims.exp !== 'number')
      throw new TokenError('bad_jwt', 'The token must be HS256 and name its role and expiry')
    const now = Date.now() / 1000
    if (claims.exp + LEEWAY_SECONDS <= now) throw new TokenError('bad_jwt', 'The token has expired')
    if (typeof claims.nbf === 'number' && claims.nbf - LEEWAY_SECONDS > now) throw new TokenError('bad_jwt', 'The token is not valid yet')
    return claims as Claims
  }

  return {
    verify,
    sign(claims) {
      const content = `${HEADER}.${base64url(claims)}`
      return `${content}.${signature(content).toString('base64url')}`
    },
    callerOf({ authorization, apikey }) {
      const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
      const token = bearer ?? apikey
      if (token === undefined) return { role: 'anon' }
      return keys.get(token) ?? verify(token)
    },
  }
}

function parse(part: string): Record<string, unknown> | null {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  } catch {
    return null
  }
}
