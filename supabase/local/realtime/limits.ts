/** What one client, or all of them, may ask of the service. `Infinity` is no limit. */
export interface Limits {
  /** A larger frame ends the connection (WebSocket code 1009). */
  frameBytes: number
  /** The body of one broadcast. */
  payloadBytes: number
  /** What one channel may show as its presence; every newcomer is sent all of them. */
  presenceBytes: number
  /** Sent to a socket and not taken yet. Whoever reads slower than this is disconnected. */
  bufferedBytes: number
  /** A socket that sends nothing for so long, not even a heartbeat, is disconnected. */
  idleMs: number
  socketsPerAddress: number
  channelsPerSocket: number
  joinsPerSecondPerSocket: number
  messagesPerSecondPerSocket: number
  /** Sockets with at least one channel. */
  users: number
  joinsPerSecond: number
  /** Messages received and deliveries of them, of all channels together. Beyond it channels are closed. */
  eventsPerSecond: number
  /** track and untrack of one channel within `presenceWindowMs`. */
  presenceCalls: number
  presenceWindowMs: number
}

/** For one machine: no single client can exhaust it, and nobody counts deliveries. */
export const EMBEDDED_LIMITS: Limits = {
  frameBytes: 5_000_000,
  payloadBytes: 3_000_000,
  presenceBytes: 64_000,
  bufferedBytes: 16_000_000,
  idleMs: 60_000,
  socketsPerAddress: 2000,
  channelsPerSocket: 200,
  joinsPerSecondPerSocket: 200,
  messagesPerSecondPerSocket: 1000,
  users: Number.POSITIVE_INFINITY,
  joinsPerSecond: Number.POSITIVE_INFINITY,
  eventsPerSecond: Number.POSITIVE_INFINITY,
  presenceCalls: Number.POSITIVE_INFINITY,
  presenceWindowMs: 30_000,
}

/** What a self-hosted Supabase allows unless told otherwise. Who stays within these will run there too. */
export const REALTIME_DEFAULTS: Partial<Limits> = {
  channelsPerSocket: 100,
  users: 200,
  joinsPerSecond: 100,
  eventsPerSecond: 100,
  presenceCalls: 5,
  presenceWindowMs: 30_000,
}

/** Counts what happens in fixed windows of time; answers whether one more is allowed. */
export type Rate = () => boolean

export function createRate(limit: number, windowMs = 1000): Rate {
  if (limit === Number.POSITIVE_INFINITY) return () => true
  let windowStart = Number.NEGATIVE_INFINITY
  let count = 0
  return () => {
    const now = performance.now()
    if (now - windowStart >= windowMs) {
      windowStart = now
      count = 0
    }
    count++
    return count <= limit
  }
}
