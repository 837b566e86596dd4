import type { Limits } from './config.ts'

/** An awareness message: a name, a cursor. */
export const MAX_AWARENESS_BYTES = 4 * 1024
/** A word of a client beside the text. */
export const MAX_STATELESS_BYTES = 1024
/** A message with an access token. */
export const MAX_TOKEN_BYTES = 16 * 1024
/** One frame. Larger than any change that is taken, so that most that are too large get a sentence and not a closed socket. */
export const frameBytes = ({ updateBytes }: Limits) => 4 * updateBytes

/** Lets `perSecond` pass, and `burst` at once. Times in milliseconds. */
export function createBucket({ perSecond, burst, clock }: { perSecond: number; burst: number; clock: () => number }): () => boolean {
  let tokens = burst
  let filledAt = clock()
  return function take() {
    const now = clock()
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond)
    filledAt = now
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}

export interface Admission {
  /** Counts a connection in; gives the way to count it out, or why it is refused. */
  enter(address: string | null): { leave: () => void } | { refused: 429 | 503 }
  connections(): number
}

/** Counts connections, in all and by address. Without an address only the whole is limited. */
export function createAdmission(limits: Pick<Limits, 'connections' | 'connectionsPerAddress'>): Admission {
  const byAddress = new Map<string, number>()
  let connections = 0
  return {
    connections: () => connections,
    enter(address) {
      const here = address === null ? 0 : (byAddress.get(address) ?? 0)
      if (here >= limits.connectionsPerAddress) return { refused: 429 }
      if (connections >= limits.connections) return { refused: 503 }
      connections += 1
      if (address !== null) byAddress.set(address, here + 1)
      let left = false
      return {
        leave() {
          if (left) return
          left = true
          connections -= 1
          if (address === null) return
          const remaining = (byAddress.get(address) ?? 1) - 1
          if (remaining > 0) byAddress.set(address, remaining)
          else byAddress.delete(address)
        },
      }
    },
  }
}
