import type { Handler } from './context.ts'
import { answer } from './http.ts'
import { policyNow } from './signUpPolicy.ts'

/** `GET /settings`: what a sign-in page may offer. Our own: `sign_up` is open, invited or domains;
 *  `session_timebox` and `session_inactivity_timeout` are in seconds, null where sessions do not end by themselves. */
export const showSettings: Handler = async ({ settings, sql }) => {
  const policy = await policyNow({ settings }, sql)
  return answer({
    external: {
      ...Object.fromEntries(Object.keys(settings.providers).map((name) => [name, true])),
      anonymous_users: settings.anonymousSignIns,
      email: true,
      phone: false,
    },
    disable_signup: policy === 'invited',
    sign_up: typeof policy === 'string' ? policy : 'domains',
    sign_up_domains: typeof policy === 'string' ? [] : policy.domains,
    session_timebox: settings.sessionSeconds,
    session_inactivity_timeout: settings.sessionIdleSeconds,
    mailer_autoconfirm: !settings.confirmEmail,
    phone_autoconfirm: false,
    sms_provider: '',
    saml_enabled: false,
  })
}

/** `GET /health`: 200 when the database answers. */
export const showHealth: Handler = async ({ sql }) => {
  await sql`select 1`
  return answer({ name: 'atrium-auth', description: 'Accounts and sessions, with the API of Supabase Auth' })
}

/** `GET /.well-known/jwks.json`: empty, tokens are signed with a shared secret. */
export const showKeys: Handler = async () => answer({ keys: [] })
