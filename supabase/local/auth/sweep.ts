import type { Auth } from './context.ts'

const DAY_MS = 86_400_000

/** Deletes what has run out: one-time tokens, PKCE flows, exchanged refresh tokens, counters, sessions past their end. */
export async function sweep({ sql, now, limits, settings }: Omit<Auth, 'afterwards'>): Promise<void> {
  const at = now()
  const yesterday = new Date(at.getTime() - DAY_MS)
  await sql`delete from auth.one_time_tokens where expires_at < ${at}`
  await sql`delete from auth.flow_state where created_at < ${yesterday}`
  await sql`delete from auth.sessions where not_after < ${yesterday}`
  if (settings.sessionSeconds !== null)
    await sql`delete from auth.sessions where created_at < ${new Date(yesterday.getTime() - settings.sessionSeconds * 1000)}`
  await limits.sweep()
}
