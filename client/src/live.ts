import type { RealtimeChannel } from '@supabase/realtime-js'
import { en } from './en.ts'
import { realtime } from './supabase.ts'
import { toast } from './ui/Toast.tsx'

export interface Topic {
  /** Tells everybody else on the topic; lost when the topic is not joined. */
  send(event: string, payload: Record<string, unknown>): void
  /** Shows everybody on the topic that this client is there. */
  track(payload: Record<string, unknown>): void
  close(): void
}

interface TopicHandlers {
  onEvent?(event: string, payload: Record<string, unknown>): void
  /** Makes it a topic of presence: under which key this client shows itself, and who is there, by key. */
  presence?: { key: string; onSync(everybody: Record<string, unknown[]>): void }
  /** Joined, at first or again: whatever was sent meanwhile is missing, so read it. */
  onJoined?(): void
  /** The server does not (or no longer) let this person listen. The topic is closed. */
  onRefused?(): void
}

/** Sent to the window when something may have been told that nobody heard: the live connection has just come, or come back, or the page was
 *  hidden for long. Whoever shows what hints keep up to date reads it again. */
export const missedEvent = 'atrium:missed'

/** How servers say that more is sent, joined or connected than they allow. */
const crowded = /too many|rate ?limit/i
const pauseMs = 10_000
const tellAgainMs = 60_000
let toldAt = 0

/** Once for all topics: they are closed together. */
function tellCrowded() {
  if (Date.now() - toldAt < tellAgainMs) return
  toldAt = Date.now()
  toast(en.liveCrowded)
}

/** Joins a private Realtime topic. Events are hints: what counts is read from the tables. Joins again by itself when the connection
 *  returns. */
export function openTopic(name: string, handlers: TopicHandlers): Topic {
  let channel: RealtimeChannel | undefined
  let closed = false

  function close() {
    closed = true
    // Leaving a topic that the server closed already answers an error, which changes nothing.
    if (channel) void realtime().then((client) => channel && client.removeChannel(channel))
  }

  async function join() {
    const client = await realtime()
    if (closed) return
    const { presence } = handlers
    const here = client.channel(name, { config: { private: true, ...(presence && { presence: { key: presence.key, enabled: true } }) } })
    channel = here
    here.on('broadcast', { event: '*' }, (message) => handlers.onEvent?.(message.event, message.payload ?? {}))
    if (presence) here.on('presence', { event: 'sync' }, () => presence.onSync(here.presenceState()))
    // Why a topic is closed comes before it is.
    let reason = ''
    here.on('system', {}, (message: { status?: string; message?: string }) => {
      if (message.status === 'error') reason = message.message ?? ''
    })
    here.subscribe((status, error) => {
      if (closed) return
      if (status === 'SUBSCRIBED') {
        reason = ''
        handlers.onJoined?.()
      } else if (crowded.test(error?.message || reason)) {
        tellCrowded()
        // A join that failed is tried again by the channel itself. Not everybody comes back at one moment.
        if (status === 'CLOSED') setTimeout(() => join().catch(() => {}), pauseMs * (1 + Math.random()))
      } else if (status === 'CLOSED' || (status === 'CHANNEL_ERROR' && /unauthorized/i.test(error?.message ?? ''))) {
        close()
        handlers.onRefused?.()
      }
    })
  }

  // A chunk that cannot be fetched leaves the page without hints, not without its data.
  join().catch(() => {})

  return {
    send(event, payload) {
      // Not joined, it would go as a request of its own.
      if (!closed && channel?.state === 'joined' && channel.socket.isConnected()) void channel.send({ type: 'broadcast', event, payload })
    },
    track(payload) {
      // What is lost with the connection is shown again when it is back.
      if (!closed) void channel?.track(payload)
    },
    close,
  }
}
