import type { Auth } from './context.ts'
import type { Sql } from './database.ts'
import type { AuthRequest } from './http.ts'
import type { User } from './users.ts'

const LOG_TYPES = {
  login: 'account',
  logout: 'account',
  user_signedup: 'team',
  user_invited: 'team',
  user_deleted: 'team',
  user_modified: 'user',
  user_recovery_requested: 'user',
  user_confirmation_requested: 'user',
  identity_linked: 'user',
  identity_unlinked: 'user',
  user_updated_password: 'user',
  factor_in_progress: 'factor',
  challenge_created: 'factor',
  verification_attempted: 'factor',
  factor_unenrolled: 'factor',
  factor_deleted: 'factor',
  generate_recovery_codes: 'recovery_codes',
} as const

/** Notes in auth.audit_log_entries, in GoTrue's form, what happened to a user. `actor` is set when it was not the user himself. */
export async function audit(
  auth: Auth,
  sql: Sql,
  request: AuthRequest,
  action: keyof typeof LOG_TYPES,
  user: Pick<User, 'id' | 'email'>,
  actor?: string,
): Promise<void> {
  const traits = { user_id: user.id, user_email: user.email ?? '' }
  const payload = {
    action,
    log_type: LOG_TYPES[action],
    actor_id: actor ? '00000000-0000-0000-0000-000000000000' : user.id,
    actor_username: actor ?? user.email ?? '',
    actor_via_sso: false,
    ...(actor ? { traits } : {}),
  }
  await sql`
    insert into auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
    values ('00000000-0000-0000-0000-000000000000', ${crypto.randomUUID()}, ${sql.json(payload)}, ${auth.now()}, ${request.address})`
}
