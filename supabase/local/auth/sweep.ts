import type { Auth } from './context.ts'

const DAY_MS = 86_400_000

/** Deletes what has run out: one-time tokens, PKCE flows, challenges and unfinished enrolments, counters, sessions past their end, and refresh tokens exchanged so long ago
 *  that nobody would still come with them. */
export async function sweep({ sql, now, limits, settings }: Pick<Auth, 'sql' | 'now' | 'limits' | 'settings'>): Promise<void> {
  const at = now()
  const yesterday = new Date(at.getTime() - DAY_MS)
  await sql`delete from auth.one_time_tokens where expires_at < ${at}`
  await sql`delete from auth.flow_state where created_at < ${yesterday}`
  await sql`delete from auth.mfa_challenges where created_at < ${yesterday}`
  await sql`delete from auth.mfa_factors where status = 'unverified' and created_at < ${yesterday}`
  await sql`delete from auth.sessions where not_after < ${yesterday}`
  if (settings.sessionSeconds !== null)
    await sql`delete from auth.sessions where created_at < ${new Date(yesterday.getTime() - settings.sessionSeconds * 1000)}`
  await sql`delete from auth.refresh_tokens where revoked and updated_at < ${new Date(at.getTime() - 90 * DAY_MS)}`
  await limits.sweep()
}
