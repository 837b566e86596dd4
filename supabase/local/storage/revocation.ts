import { createListener } from '../database/listener.ts'
import type { Running } from '../database/persistent.ts'
import type { Claims } from '../tokens.ts'
import { StorageError } from './errors.ts'

/** Ends what takes its time, such as a large upload, when whoever began it loses the right. */
export interface Revocation extends Running {
  /** Tells `stop` the refusal once `ask` refuses: it is asked whenever rights may have changed. Returns the way to forget it. */
  watch(caller: Claims, ask: () => Promise<unknown>, stop: (refusal: StorageError) => void): () => void
  /** Asks, and then passes bytes on for as long as `ask` does not refuse; throws the refusal. */
  pass(caller: Claims, ask: () => Promise<unknown>, source: AsyncIterable<Buffer>): AsyncIterable<Buffer>
}

interface Watched {
  caller: Claims
  ask(): Promise<unknown>
  stop(refusal: StorageError): void
}

/** Listens on a channel of NOTIFY, whose payload is `{"user_id": … | null, …}`: without a user it concerns everybody. Without a channel,
 *  nothing is asked again. */
export function createRevocation(databaseUrl: string, notifications: string | undefined): Revocation {
  const watched = new Set<Watched>()

  async function askAgain(one: Watched): Promise<void> {
    try {
      await one.ask()
    } catch (error) {
      // A database that is away refuses nothing; when it is back, everything is asked again.
      if (error instanceof StorageError && error.statusCode < 500 && watched.delete(one)) one.stop(error)
    }
  }

  function askAll(isConcerned: (one: Watched) => boolean): void {
    for (const one of watched) if (isConcerned(one)) void askAgain(one) // it deals with its own refusal, and throws nothing
  }

  const listener: Running =
    notifications === undefined
      ? { stop: async () => {} }
      : createListener({
          databaseUrl,
          channel: notifications,
          name: 'storage: listening for changes of access',
          onNotice(payload) {
            const userId = userIn(payload)
            askAll(({ caller }) => userId === null || caller.sub === userId)
          },
          // What was told while nobody listened is not known.
          onListening: () => askAll(() => true),
        })

  function watch(caller: Claims, ask: Watched['ask'], stop: Watched['stop']): () => void {
    const one = { caller, ask, stop }
    watched.add(one)
    return () => void watched.delete(one)
  }

  return {
    ...listener,
    watch,
    async *pass(caller, ask, source) {
      let refusal: StorageError | undefined
      let wake: (refusal: StorageError) => void = () => {}
      // Before the first question: a change while it is asked counts.
      const forget = watch(caller, ask, (error) => {
        refusal = error
        wake(error)
      })
      try {
        await ask()
        const iterator = source[Symbol.asyncIterator]()
        for (;;) {
          if (refusal) throw refusal
          const next = await new Promise<IteratorResult<Buffer>>((resolve, reject) => {
            // The source may send nothing for long, and is not ended here: its sender is to read the refusal.
            wake = reject
            iterator.next().then(resolve, reject)
          })
          if (next.done) return
          yield next.value
        }
      } finally {
        forget()
      }
    },
  }
}

function userIn(payload: string): string | null {
  try {
    const { user_id } = JSON.parse(payload) as { user_id?: unknown }
    return typeof user_id === 'string' ? user_id : null
  } catch {
    return null
  }
}
