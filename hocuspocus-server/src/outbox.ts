import { frame } from './wire.ts'

/** What one turn of the event loop has to say to one socket. */
export interface Outlet {
  write(bytes: Buffer): void
}

/** Gathers the messages of a turn and writes them to each socket at once. */
export interface Outbox {
  add(outlet: Outlet, message: Uint8Array): void
  /** Writes everything now, when a turn is known to be at its end. */
  flushAll(): void
  /** Writes what waits for one socket now, before it is closed. */
  flush(outlet: Outlet): void
}

/** System calls are what bounds a relay, so each socket gets one write per turn. A broadcast hands the same message to every
 *  member of a room, and all members collect the same frames in a turn: frames and writes are built once and shared. */
export function createOutbox(): Outbox {
  let queues = new Map<Outlet, Buffer[]>()
  let scheduled = false
  let lastMessage: Uint8Array | undefined
  let lastFrame: Buffer | undefined
  let lastFrames: Buffer[] = []
  let lastWrite: Buffer | undefined

  function frameOf(message: Uint8Array): Buffer {
    if (message !== lastMessage || !lastFrame) {
      lastMessage = message
      lastFrame = frame(message)
    }
    return lastFrame
  }

  function joined(frames: Buffer[]): Buffer {
    const [only] = frames
    if (only && frames.length === 1) return only
    const same = lastFrames.length === frames.length && frames.every((each, index) => each === lastFrames[index])
    if (!same || !lastWrite) {
      lastFrames = frames
      lastWrite = Buffer.concat(frames)
    }
    return lastWrite
  }

  function flushAll() {
    const due = queues
    queues = new Map()
    for (const [outlet, frames] of due) outlet.write(joined(frames))
    // Nothing is shared across turns; holding on would only keep the bytes in memory.
    lastMessage = lastFrame = lastWrite = undefined
    lastFrames = []
  }

  return {
    flushAll,
    add(outlet, message) {
      const bytes = frameOf(message)
      const queue = queues.get(outlet)
      if (queue) queue.push(bytes)
      else queues.set(outlet, [bytes])
      if (scheduled) return
      scheduled = true
      setImmediate(() => {
        scheduled = false
        flushAll()
      })
    },
    flush(outlet) {
      const frames = queues.get(outlet)
      if (!frames) return
      queues.delete(outlet)
      outlet.write(joined(frames))
    },
  }
}
