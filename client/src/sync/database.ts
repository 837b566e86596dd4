/** The browser's database of a person: what he did and the server does not know yet. Signing out deletes it. */
export const databaseOf = (person: string): string => `atrium.${person}`
