import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { Sql } from './database.ts'
import { AuthError } from './errors.ts'
import type { AuthLimits, Limit } from './settings.ts'

export interface RateLimits {
  /** Counts one try and throws a 429 when there were too many. `subject` is an address or what names an account. */
  take(name: keyof AuthLimits, subject: string): Promise<void>
  /** Gives one try back: a sign-in that succeeds costs an address nothing. */
  giveBack(name: keyof AuthLimits, subject: string): Promise<void>
  /** Forgets all tries. */
  forget(name: keyof AuthLimits, subject: string): Promise<void>
  /** Deletes counters that count nothing any more. */
  sweep(): Promise<void>
}

/** Counts in Postgres, so that a restart forgets nothing. One row and one statement per try: the row holds when the bucket
 *  is empty again, each try moves that by its share, and a try that would move it beyond the whole period is refused. */
export function createRateLimits(sql: Sql, limits: AuthLimits, now: () => Date): RateLimits {
  const share = ({ count, seconds }: Limit) => seconds / count

  return {
    async take(name, subject) {
      const limit = limits[name]
      const key = keyOf(name, subject)
      const at = now()
      const latest = new Date(at.getTime() + limit.seconds * 1000 + 1) // A millisecond for the rounding of shares.
      const step = `${share(limit)} seconds`
      const taken = await sql`
        insert into auth.rate_limits as bucket (key, free_at) values (${key}, ${at}::timestamptz + ${step}::interval)
        on conflict (key) do update set free_at = greatest(bucket.free_at, ${at}) + ${step}::interval
        where greatest(bucket.free_at, ${at}) + ${step}::interval <= ${latest}
        returning 1`
      if (taken.length > 0) return
      const [bucket] = await sql<{ free_at: Date }[]>`select free_at from auth.rate_limits where key = ${key}`
      const freeAt = bucket?.free_at.getTime() ?? at.getTime()
      throw tooMany(name, Math.max(1, Math.ceil((freeAt - latest.getTime()) / 1000 + share(limit))))
    },
    async giveBack(name, subject) {
      const step = `${share(limits[name])} seconds`
      await sql`update auth.rate_limits set free_at = free_at - ${step}::interval where key = ${keyOf(name, subject)}`
    },
    async forget(name, subject) {
      await sql`delete from auth.rate_limits where key = ${keyOf(name, subject)}`
    },
    async sweep() {
      await sql`delete from auth.rate_limits where free_at < ${now()}`
    },
  }
}

function keyOf(name: string, subject: string): string {
  // An IPv6 customer has at least a /64: counting single addresses would count nothing.
  const counted = isIPv6(subject) ? subject.split(':').slice(0, 4).join(':') : subject
  // Hashed, so that the table is no list of the addresses somebody tried.
  return `${name}:${createHash('sha256').update(counted).digest('base64url')}`
}

const CODES: { [Name in keyof AuthLimits]?: string } = { recoveryCodePerAccount: 'mfa_recovery_codes_locked' }

function tooMany(name: keyof AuthLimits, retryAfterSeconds: number): AuthError {
  const code = CODES[name] ?? (name.startsWith('mail') ? 'over_email_send_rate_limit' : 'over_request_rate_limit')
  const sentence = `For security purposes, you can only request this after ${retryAfterSeconds} seconds.`
  return new AuthError(429, code, sentence, { retryAfterSeconds })
}
