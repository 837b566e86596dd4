import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Claims } from '../tokens.ts'
import { invalidSignature, invalidToken } from './errors.ts'

/** What a signed URL permits: one thing, with one object, until it expires, for as long as its signer may do it himself. */
const permission = z.object({
  purpose: z.enum(['download', 'upload']),
  bucket: z.string(),
  name: z.string(),
  /** Unix seconds. */
  exp: z.number(),
  upsert: z.boolean().optional(),
  /** Who signed: the claims that policies are asked with when the URL is used. With his session it ends too. */
  signer: z.object({
    role: z.string(),
    sub: z.string().optional(),
    session_id: z.string().optional(),
    aal: z.string().optional(),
    is_anonymous: z.boolean().optional(),
  }),
})
export type Permission = z.infer<typeof permission>

export interface Signatures {
  sign(permission: Omit<Permission, 'exp' | 'signer'>, signer: Claims, expiresInSeconds: number): string
  /** Throws a StorageError (400) unless the token permits just this. */
  verify(token: string, purpose: Permission['purpose'], bucket: string, name: string): Permission
}

const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')

/** Tokens in the form of a JWT, but under a key of their own: none can pass for a user's token, nor the other way round. */
export function createSignatures(secret: string, clock: () => number): Signatures {
  const key = createHmac('sha256', secret).update('storage signed urls').digest()
  const signature = (content: string) => createHmac('sha256', key).update(content).digest()

  return {
    sign(what, signer, expiresInSeconds) {
      const payload: Permission = { ...what, exp: Math.floor(clock() / 1000) + expiresInSeconds, signer: whoSigned(signer) }
      const content = `${HEADER}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`
      return `${content}.${signature(content).toString('base64url')}`
    },

    verify(token, purpose, bucket, name) {
      const [header, payload, given, ...rest] = token.split('.')
      if (header !== HEADER || !payload || !given || rest.length > 0) throw invalidToken('Invalid Compact JWS')
      const expected = signature(`${header}.${payload}`)
      const received = Buffer.from(given, 'base64url')
      if (received.length !== expected.length || !timingSafeEqual(received, expected)) throw invalidToken('signature verification failed')
      const allowed = permission.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
      if (allowed.purpose !== purpose || allowed.bucket !== bucket || allowed.name !== name) throw invalidSignature()
      if (allowed.exp * 1000 <= clock()) throw invalidToken('"exp" claim timestamp check failed')
      return allowed
    },
  }
}

/** What stands in a URL can be read by whoever gets it: no e-mail address, no metadata. */
function whoSigned(claims: Claims): Permission['signer'] {
  return {
    role: claims.role,
    ...(claims.sub === undefined ? {} : { sub: claims.sub }),
    ...(typeof claims.session_id === 'string' ? { session_id: claims.session_id } : {}),
    ...(typeof claims.aal === 'string' ? { aal: claims.aal } : {}),
    ...(typeof claims.is_anonymous === 'boolean' ? { is_anonymous: claims.is_anonymous } : {}),
  }
}
