import { z } from 'zod'
import type { Metadata } from './users.ts'

/** An address, in lower case as GoTrue stores it. */
export const email = z
  .string()
  .trim()
  .max(254, 'must be an e-mail address of at most 254 characters')
  .pipe(z.email({ pattern: z.regexes.html5Email, error: 'must be an e-mail address' }))
  .transform((address) => address.toLowerCase())

/** Longer ones are refused with a sentence by passwords.ts; this only keeps out the absurd. */
export const password = z.string().max(1000, 'must have at most 1000 characters')

export const metadata = z
  .record(z.string(), z.json())
  .transform((value) => value as Metadata)
  .nullish()
  .transform((value) => value ?? undefined)

/** Also found in the body, by scripts; supabase-js puts it into the query. */
export const redirectTo = z.string().max(2048).nullish()
