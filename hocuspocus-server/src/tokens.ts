import { createLocalJWKSet, decodeProtectedHeader, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'

/** The claims of a person's access token. */
export interface Claims extends JWTPayload {
  sub: string
  exp: number
  role: 'authenticated'
}

export class TokenError extends Error {
  readonly code: 'token_invalid' | 'token_expired'
  constructor(code: TokenError['code'], cause?: unknown) {
    super(code, { cause })
    this.code = code
  }
}

export type VerifyToken = (token: string) => Promise<Claims>

/** Clocks of two machines may differ by so much. */
const LEEWAY_SECONDS = 5

/** Verifies access tokens: HS256 with the shared secret, ES256 and RS256 with the key set. Rejects with a TokenError. */
export function createTokenVerifier({
  jwtSecret,
  jwks,
}: {
  jwtSecret?: string | undefined
  jwks?: JSONWebKeySet | undefined
}): VerifyToken {
  const secret = jwtSecret === undefined ? undefined : new TextEncoder().encode(jwtSecret)
  const keySet = jwks === undefined ? undefined : createLocalJWKSet(jwks)
  const options = { clockTolerance: LEEWAY_SECONDS, requiredClaims: ['sub', 'exp', 'role'] }

  // Which key applies follows from the algorithm, so a public key can never be taken for a shared secret.
  async function payloadOf(token: string): Promise<JWTPayload> {
    if (decodeProtectedHeader(token).alg === 'HS256') {
      if (secret) return (await jwtVerify(token, secret, { ...options, algorithms: ['HS256'] })).payload
    } else if (keySet) {
      return (await jwtVerify(token, keySet, { ...options, algorithms: ['ES256', 'RS256'] })).payload
    }
    throw new TokenError('token_invalid')
  }

  return async function verifyToken(token) {
    const payload = await payloadOf(token).catch((cause: unknown) => {
      throw new TokenError(cause instanceof errors.JWTExpired ? 'token_expired' : 'token_invalid', cause)
    })
    if (payload.role !== 'authenticated' || typeof payload.sub !== 'string' || typeof payload.exp !== 'number') {
      throw new TokenError('token_invalid')
    }
    return payload as Claims
  }
}
