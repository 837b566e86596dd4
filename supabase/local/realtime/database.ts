import postgres from 'postgres'
import { createPool } from '../database/pool.ts'

/** Of a statement, and so of a policy: one that takes longer refuses. */
const STATEMENT_TIMEOUT_MS = 5000

export const openDatabase = (url: string): postgres.Sql =>
  createPool(
    postgres(url, {
      max: 4,
      onnotice: () => {},
      connection: { application_name: 'realtime', statement_timeout: STATEMENT_TIMEOUT_MS },
    }),
  )
