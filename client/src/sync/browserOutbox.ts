import { databaseOf, inStore } from './database.ts'
import { createOutbox, type News, type Outbox, type OutboxStore, type Waiting } from './outbox.ts'

/** What waits, in the browser's database of this person. */
const browserStore = (person: string): OutboxStore => ({
  all: () => inStore<Waiting[]>(person, 'outbox', 'readonly', (all) => all.getAll()),
  put: async (entry) => void (await inStore(person, 'outbox', 'readwrite', (all) => all.put(entry))),
  drop: async (id) => void (await inStore(person, 'outbox', 'readwrite', (all) => all.delete(id))),
})

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
