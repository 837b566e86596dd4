import postgres from 'postgres'
import { createPool } from '../database/pool.ts'

/** A pool or a transaction. */
// biome-ignore lint/complexity/noBannedTypes: the driver's own word for "no types of our own"
export type Sql = postgres.ISql<{}>
export type Pool = postgres.Sql

export const openDatabase = (url: string): Pool => createPool(postgres(url, { max: 8, onnotice: () => {} }))

/** For the counters of rate limits: they need not wait for the disk, the last half second of them may be lost in a power cut. */
export const openCounters = (url: string): Pool =>
  createPool(postgres(url, { max: 4, onnotice: () => {}, connection: { synchronous_commit: 'off' } }))

export type Json = postgres.JSONValue

/** Whether a statement failed because such a row exists already. */
export const isDuplicate = (error: unknown, constraint: string) =>
  error instanceof postgres.PostgresError && error.code === '23505' && error.constraint_name === constraint
