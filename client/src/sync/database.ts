/** The browser's database of a person: what he did and the server does not know yet. Signing out deletes it. */
export const databaseOf = (person: string): string => `atrium.${person}`

/** What waits to be sent is not for whoever uses the browser next either. Another tab may hold it open until it has heard of the end. */
export function forgetDatabase(person: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(databaseOf(person))
    request.onsuccess = () => resolve()
    request.onerror = () => resolve()
    request.onblocked = () => resolve()
  })
}
