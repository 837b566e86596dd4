import { readFileSync } from 'node:fs'
import { parse } from 'smol-toml'
import { z } from 'zod'

const UNITS: Record<string, number> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30 }

/** `50MiB` in bytes. */
const size = z.string().transform((text, context) => {
  const [, count, unit] = /^(\d+)\s*([a-z]+)$/i.exec(text) ?? []
  const factor = UNITS[unit?.toUpperCase() ?? '']
  if (count !== undefined && factor !== undefined) return Number(count) * factor
  context.addIssue(`must be a size such as "50MiB", not "${text}"`)
  return z.NEVER
})

const Config = z.object({
  api: z.object({ schemas: z.array(z.string()).min(1) }),
  auth: z.record(z.string(), z.unknown()),
  storage: z.object({ file_size_limit: size }),
  functions: z.record(z.string(), z.object({ enabled: z.boolean().optional(), verify_jwt: z.boolean().optional() })).default({}),
})

export type Config = z.infer<typeof Config>

/** Reads `supabase/config.toml`, which the supabase CLI reads too. Throws an error that names what is wrong in it. */
export function readConfig(): Config {
  const result = Config.safeParse(parse(readFileSync(new URL('../config.toml', import.meta.url), 'utf8')))
  if (!result.success) throw new Error(`supabase/config.toml: ${z.prettifyError(result.error)}`)
  return result.data
}
