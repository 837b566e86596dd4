import { createListener } from '../database/listener.ts'
import type { Running } from '../database/persistent.ts'
import type { Channel } from './channel.ts'
import { isObject } from './frames.ts'

/** A point in time, to be told later whether rights changed since. */
export type Mark = number

/** Asks the policies again for channels whose rights may have changed. */
export interface Revocation extends Running {
  mark(): Mark
  /** Watches a private channel that was authorised since `asked`, and asks again at once if rights changed meanwhile. */
  watch(channel: Channel, asked: Mark): void
  forget(channel: Channel): void
}

/** Somebody's rights may have shrunk. Without a user: everybody's, on what the ids name. */
interface Change {
  userId: string | null
  ids: string[]
}

/**
 * Listens on a channel of NOTIFY, whose payload is `{"user_id": … | null, "<what>_id": …, …}`. With a user, his channels are asked again;
 * without, everybody's, those first whose topic holds one of the ids: what else depends on a space, only the policies know.
 */
export function createRevocation(databaseUrl: string, notifications: string): Revocation {
  const watched = new Set<Channel>()
  /** Channels that are being asked about, and whether they must be once more. */
  const asking = new Map<Channel, boolean>()
  let changes: Mark = 0

  async function recheck(channel: Channel) {
    if (asking.has(channel)) {
      asking.set(channel, true)
      return
    }
    do {
      asking.set(channel, false)
      await channel.recheck()
    } while (asking.get(channel) && watched.has(channel))
    asking.delete(channel)
  }

  function recheckAll(channels: Iterable<Channel>) {
    // Not awaited: each channel deals with its own refusal, and throws nothing.
    for (const channel of channels) void recheck(channel)
  }

  function apply({ userId, ids }: Change) {
    changes++
    const all = [...watched]
    if (userId !== null) return recheckAll(all.filter(({ claims }) => claims.sub === userId))
    const isNamed = ({ name }: Channel) => ids.some((id) => name.includes(id))
    recheckAll(all.filter(isNamed))
    recheckAll(all.filter((channel) => !isNamed(channel)))
  }

  return {
    mark: () => changes,
    watch(channel, asked) {
      if (!channel.isPrivate) return
      watched.add(channel)
      if (asked !== changes) void recheck(channel)
    },
    forget: (channel) => void watched.delete(channel),
    ...createListener({
      databaseUrl,
      channel: notifications,
      name: 'realtime: listening for changes of access',
      onNotice: (payload) => apply(readChange(payload)),
      onListening() {
        // What was notified while nobody listened is not known.
        changes++
        recheckAll([...watched])
      },
    }),
  }
}

/** A payload that says nothing concerns everybody. */
function readChange(payload: string): Change {
  let parsed: unknown
  try {
    parsed = JSON.parse(payload)
  } catch {
    parsed = null
  }
  if (!isObject(parsed)) return { userId: null, ids: [] }
  const { user_id, ...rest } = parsed
  return {
    userId: typeof user_id === 'string' ? user_id : null,
    ids: Object.values(rest).filter((id) => typeof id === 'string'),
  }
}
