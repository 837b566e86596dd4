/** The browser's database of a person: what he did and the server does not know yet, and what was read for him. Signing out deletes it. */
export const databaseOf = (person: string): string => `atrium.${person}`

/** What is in it, and its keys. A new store gets a new version; those that are there already stay as they are. */
const stores = {
  /** What waits to be sent, by its id. */
  outbox: 'id',
  /** The last answers of the server, by their question. */
  answers: 'question',
  /** Which texts of pages are kept, by page. */
  texts: 'document',
  /** What they are made of: changes, in any order. */
  textParts: ['document', 'at', 'part'],
}
const version = 3

type StoreName = keyof typeof stores

function open(person: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseOf(person), version)
    request.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(stores))
        if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name, { keyPath })
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

const opened = new Map<string, Promise<IDBDatabase>>()
/** Who signed out gets none any more: what is still on its way in a page that ends would make it anew. */
const none = new Promise<never>(() => {})

function database(person: string): Promise<IDBDatabase> {
  const known = opened.get(person)
  if (known) return known
  const opening = open(person).then((found) => {
    // Signing out in another tab deletes it and a newer version changes it; both would wait for this tab.
    found.onversionchange = ({ newVersion }) => {
      found.close()
      if (newVersion) opened.delete(person)
      else opened.set(person, none)
    }
    return found
  })
  opened.set(person, opening)
  opening.catch(() => opened.delete(person))
  return opening
}

/** Runs one transaction on a store of a person's database. */
export async function inStore<Result>(
  person: string,
  name: StoreName,
  mode: IDBTransactionMode,
  ask: (all: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const transaction = (await database(person)).transaction(name, mode)
  const request = ask(transaction.objectStore(name))
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result)
    transaction.onabort = () => reject(transaction.error)
  })
}

/** What waits to be sent is not for whoever uses the browser next either. Another tab may hold it open until it has heard of the end. */
export function forgetDatabase(person: string): Promise<void> {
  opened.set(person, none)
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(databaseOf(person))
    for (const event of ['success', 'error', 'blocked']) request.addEventListener(event, () => resolve())
  })
}
