import { readFileSync } from 'node:fs'
import { hash, verify } from '@node-rs/bcrypt'
import { AuthError, invalid } from './errors.ts'

/** GoTrue's cost; some 50 ms of one core. */
const COST = 10
/** bcrypt reads no further. */
const MAXIMUM_BYTES = 72
/** Hashing runs on the thread pool, which files and name look-ups need too: half of it stays theirs. */
const CONCURRENT = 2
const WAITING = 200

export interface Passwords {
  /** Throws a 422 `weak_password`, whose reasons are `length` and `pwned` (one of the most common ones), or a 400. */
  check(password: string): void
  /** What is too weak about a password, in the form of the sign-in's answer. */
  weakness(password: string): { message: string; reasons: string[] } | null
  hash(password: string): Promise<string>
  /** False without a hash too, after the same time. */
  isRight(password: string, passwordHash: string | null | undefined): Promise<boolean>
}

export async function createPasswords({ minimumLength }: { minimumLength: number }): Promise<Passwords> {
  const inTurn = queue()
  // Nobody's password. Compared when there is no account, so that it takes as long as when there is one.
  const nobody = await hash(crypto.randomUUID(), { cost: COST, version: '2a' })
  const common = readCommonPasswords()
  const weakness = (password: string) => {
    const rules = [
      {
        reason: 'length',
        message: `Password should be at least ${minimumLength} characters.`,
        broken: [...password].length < minimumLength,
      },
      // supabase-js' word for a password that is on lists.
      {
        reason: 'pwned',
        message: 'This is one of the passwords that are guessed first, please choose another.',
        broken: common.has(password.toLowerCase()),
      },
    ].filter(({ broken }) => broken)
    return rules.length > 0 ? { message: rules.map(({ message }) => message).join(' '), reasons: rules.map(({ reason }) => reason) } : null
  }
  return {
    weakness,
    check(password) {
      if (Buffer.byteLength(password) > MAXIMUM_BYTES) throw invalid(`Password cannot be longer than ${MAXIMUM_BYTES} bytes`)
      const weak = weakness(password)
      if (weak) throw new AuthError(422, 'weak_password', weak.message, { weakPasswordReasons: weak.reasons })
    },
    hash: (password) => inTurn(() => hash(password, { cost: COST, version: '2a' })),
    async isRight(password, passwordHash) {
      const isSame = await inTurn(() => verify(password, passwordHash || nobody))
      return isSame && Boolean(passwordHash) && Buffer.byteLength(password) <= MAXIMUM_BYTES
    },
  }
}

/** In lower case; which letters are capitals helps little against guessing. */
function readCommonPasswords(): Set<string> {
  const lines = readFileSync(new URL('commonPasswords.txt', import.meta.url), 'utf8').split('\n')
  return new Set(lines.filter((line) => line !== '' && !line.startsWith('#')))
}

function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= CONCURRENT) {
      if (waiting.length >= WAITING)
        throw new AuthError(429, 'over_request_rate_limit', 'Too many people sign in right now. Please try again.', {
          retryAfterSeconds: 5,
        })
      await new Promise<void>((start) => waiting.push(start))
    } else running++
    try {
      return await work()
    } finally {
      // The place passes on, so `running` stays.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
