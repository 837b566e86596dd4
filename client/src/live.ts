import type { RealtimeChannel } from '@supabase/realtime-js'
import { realtime } from './supabase.ts'

export interface Topic {
  /** Tells everybody else on the topic; lost when the topic is not joined. */
  send(event: string, payload: Record<string, unknown>): void
  close(): void
}

interface TopicHandlers {
  onEvent(event: string, payload: Record<string, unknown>): void
  /** Joined, at first or again: whatever was sent meanwhile is missing, so read it. */
  onJoined?(): void
  /** The server does not (or no longer) let this person listen. The topic is closed. */
  onRefused?(): void
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
    channel = client.channel(name, { config: { private: true } })
    channel.on('broadcast', { event: '*' }, (message) => handlers.onEvent(message.event, message.payload ?? {}))
    channel.subscribe((status, error) => {
      if (closed) return
      if (status === 'SUBSCRIBED') handlers.onJoined?.()
      if (status === 'CLOSED' || (status === 'CHANNEL_ERROR' && /unauthorized/i.test(error?.message ?? ''))) {
        close()
        handlers.onRefused?.()
      }
    })
  }

  // A chunk that cannot be fetched leaves the page without hints, not without its data.
  join().catch(() => {})

  return {
    send(event, payload) {
      if (!closed) void channel?.send({ type: 'broadcast', event, payload })
    },
    close,
  }
}
