import type { Waiting } from './outbox.ts'

/** A change of one row that waits for the server: `apply_mutations` takes it (sql/605_mutations.sql). */
export interface Mutation {
  /** The name under which the server knows the table. */
  entity: string
  /** The row's. */
  id: string
  op: 'create' | 'change' | 'delete'
  patch?: Record<string, unknown>
  /** What lists show of a row that is made, or of one that changes where that differs from the patch. */
  row?: Record<string, unknown>
}

export type WaitingMutation = Waiting<Mutation>

export const isMutation = (entry: Waiting): entry is WaitingMutation => entry.kind === 'mutation'

/** Entity → its table in the API and the column that names a row. A table that joins gets a line here, a branch in sql/605_mutations.sql,
 *  and calls `later` where the server was not reached. */
const tables: Record<string, { path: string; id: string }> = {
  document: { path: '/rest/v1/documents', id: 'id' },
  favourite: { path: '/rest/v1/favourites', id: 'document_id' },
  task: { path: '/rest/v1/tasks', id: 'id' },
}

/** How questions begin whose answers a change concerns. */
export const askedAbout = ({ entity }: Mutation): string | undefined => tables[entity] && `${tables[entity].path}?`

/** An answer of the server as it is after these changes, in their order. */
export function overlay(question: string, body: string, mutations: readonly Mutation[]): string {
  const mine = mutations.filter((mutation) => question.startsWith(askedAbout(mutation) ?? ' '))
  if (mine.length === 0) return body
  const rows = mine.reduce((found, mutation) => changed(found, mutation, question), JSON.parse(body) as Record<string, unknown>[])
  return JSON.stringify(rows)
}

function changed(rows: Record<string, unknown>[], { entity, id, op, patch, row }: Mutation, question: string): Record<string, unknown>[] {
  const column = tables[entity]?.id ?? 'id'
  const others = rows.filter((known) => known[column] !== id)
  if (op === 'delete') return others
  if (op === 'change')
    return rows.map((known) => (known[column] === id ? { ...known, ...(row ?? patch) } : known)).filter((known) => fits(known, question))
  return row && fits(row, question) ? [...others, row] : rows
}

/** Whether a list holds a row, by those of its conditions that name one value or none. */
function fits(row: Record<string, unknown>, question: string): boolean {
  const conditions = [...new URLSearchParams(question.split('?')[1])]
  return conditions.every(([column, value]) => {
    if (!(column in row)) return true
    return value === 'is.null' ? row[column] === null : !value.startsWith('eq.') || value === `eq.${row[column]}`
  })
}
