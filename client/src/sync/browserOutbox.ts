import { databaseOf } from './database.ts'
import { createOutbox, type News, type Outbox, type OutboxStore, type Waiting } from './outbox.ts'

const table = 'outbox'

function open(person: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseOf(person), 1)
    request.onupgradeneeded = () => request.result.createObjectStore(table, { keyPath: 'id' })
    request.onsuccess = () => {
      // Signing out in another tab deletes the database, and would wait for this one.
      request.result.onversionchange = () => request.result.close()
      resolve(request.result)
    }
    request.onerror = () => reject(request.error)
  })
}

/** What waits, in the browser's database of this person. */
function browserStore(person: string): OutboxStore {
  let opened: Promise<IDBDatabase> | undefined
  async function run<Result>(mode: IDBTransactionMode, ask: (all: IDBObjectStore) => IDBRequest<Result>): Promise<Result> {
    opened ??= open(person)
    const transaction = (await opened).transaction(table, mode)
    const request = ask(transaction.objectStore(table))
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  }
  return {
    all: () => run<Waiting[]>('readonly', (all) => all.getAll()),
    put: async (entry) => void (await run('readwrite', (all) => all.put(entry))),
    drop: async (id) => void (await run('readwrite', (all) => all.delete(id))),
  }
}

/** The outbox of a person in this browser: its tabs share it, and the one that holds the lock sends. */
export function browserOutbox(person: string, senders: Parameters<typeof createOutbox>[0]['senders']): Outbox {
  const channel = new BroadcastChannel(databaseOf(person))
  const outbox = createOutbox({
    store: browserStore(person),
    senders,
    tell: (news) => channel.postMessage(news),
    lead(run, { steal }) {
      const hold = () => {
        run()
        return new Promise<never>(() => {})
      }
      const queue = () => navigator.locks.request(`${databaseOf(person)}.outbox`, hold)
      const held = steal ? navigator.locks.request(`${databaseOf(person)}.outbox`, { steal }, hold) : queue()
      // Stolen by a tab that took this one for asleep: wait for the next turn.
      held.catch(() => {
        outbox.follow()
        queue().catch(() => {})
      })
    },
  })
  channel.onmessage = (event: MessageEvent<News>) => outbox.told(event.data)
  addEventListener('online', outbox.wake)
  document.addEventListener('visibilitychange', () => document.hidden || outbox.wake())
  return outbox
}
