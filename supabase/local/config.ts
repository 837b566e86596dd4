import { readFileSync } from 'node:fs'
import { parse } from 'smol-toml'
import { z } from 'zod'
import { type AuthSettings, DEFAULT_AUTH_SETTINGS, type ExternalProvider } from './auth/settings.ts'

const UNITS: Record<string, number> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30 }

/** `50MiB` in bytes. */
const size = z.string().transform((text, context) => {
  const [, count, unit] = /^(\d+)\s*([a-z]+)$/i.exec(text) ?? []
  const factor = UNITS[unit?.toUpperCase() ?? '']
  if (count !== undefined && factor !== undefined) return Number(count) * factor
  context.addIssue(`must be a size such as "50MiB", not "${text}"`)
  return z.NEVER
})

const SECONDS = { s: 1, m: 60, h: 3600 } as const

/** `1h30m` in seconds. */
const duration = z.string().transform((text, context) => {
  const parts = [...text.matchAll(/(\d+)([smh])/g)]
  if (parts.length > 0 && parts.map(([part]) => part).join('') === text)
    return parts.reduce((sum, [, count, unit]) => sum + Number(count) * SECONDS[unit as keyof typeof SECONDS], 0)
  context.addIssue(`must be a duration such as "60s", not "${text}"`)
  return z.NEVER
})

const count = z.number().int().positive()

const external = z.object({
  enabled: z.boolean().default(false),
  client_id: z.string().default(''),
  secret: z.string().default(''),
  url: z.string().default(''),
})

const Config = z.object({
  api: z.object({ schemas: z.array(z.string()).min(1) }),
  auth: z.object({
    additional_redirect_urls: z.array(z.string()),
    jwt_expiry: count,
    enable_signup: z.boolean(),
    enable_anonymous_sign_ins: z.boolean(),
    minimum_password_length: count,
    refresh_token_reuse_interval: z.number().int().min(0),
    email: z.object({
      enable_confirmations: z.boolean(),
      double_confirm_changes: z.boolean(),
      secure_password_change: z.boolean(),
      max_frequency: duration,
      otp_length: count.min(6).max(10),
      otp_expiry: count,
    }),
    external: z.record(z.string(), external).default({}),
    mfa: z.object({ max_enrolled_factors: count, totp: z.object({ enroll_enabled: z.boolean(), verify_enabled: z.boolean() }) }),
    sessions: z.object({ timebox: duration.optional(), inactivity_timeout: duration.optional() }).default({}),
    rate_limit: z.object({ email_sent: count, sign_in_sign_ups: count, token_refresh: count, token_verifications: count }),
  }),
  storage: z.object({ file_size_limit: size }),
  functions: z.record(z.string(), z.object({ enabled: z.boolean().default(true), verify_jwt: z.boolean().default(true) })).default({}),
})

export interface Config {
  /** The schemas that REST shows. */
  schemas: string[]
  auth: AuthSettings
  /** Bytes of the largest object. */
  fileSizeLimit: number
  functions: z.infer<typeof Config>['functions']
}

/** Reads `supabase/config.toml`, which the supabase CLI reads too. Throws an error that names what is wrong in it. */
export const readConfig = (): Config => parseConfig(readFileSync(new URL('../config.toml', import.meta.url), 'utf8'), process.env)

/** What the text of the file says; what must not stand in it comes from the environment. */
export function parseConfig(text: string, environment: NodeJS.ProcessEnv): Config {
  const result = Config.safeParse(parse(text))
  if (!result.success) throw new Error(`supabase/config.toml: ${z.prettifyError(result.error)}`)
  const { jwt_expiry, sessions } = result.data.auth
  // A session counts as used when its token is renewed, which happens once in the life of a token.
  if (sessions.inactivity_timeout !== undefined && sessions.inactivity_timeout <= jwt_expiry)
    throw new Error('supabase/config.toml: [auth.sessions] inactivity_timeout must be longer than [auth] jwt_expiry')
  const { api, auth, storage, functions } = result.data
  const providers = externalProviders(auth.external, environment)
  return { schemas: api.schemas, auth: { ...authSettings(auth), providers }, fileSizeLimit: storage.file_size_limit, functions }
}

const DAY_SECONDS = 86_400
const HOUR_SECONDS = 3_600

function authSettings({ email, mfa, sessions, rate_limit: rates, ...auth }: z.infer<typeof Config>['auth']): AuthSettings {
  const { limits } = DEFAULT_AUTH_SETTINGS
  return {
    ...DEFAULT_AUTH_SETTINGS,
    redirectUrls: auth.additional_redirect_urls,
    jwtExpirySeconds: auth.jwt_expiry,
    signUp: auth.enable_signup ? 'open' : 'invited',
    anonymousSignIns: auth.enable_anonymous_sign_ins,
    confirmEmail: email.enable_confirmations,
    confirmBothMailboxes: email.double_confirm_changes,
    reauthenticateAfterSeconds: email.secure_password_change ? DAY_SECONDS : null,
    minimumPasswordLength: auth.minimum_password_length,
    totpEnrolls: mfa.totp.enroll_enabled,
    totpVerifies: mfa.totp.verify_enabled,
    maximumFactors: mfa.max_enrolled_factors,
    otpLength: email.otp_length,
    otpExpirySeconds: email.otp_expiry,
    refreshTokenReuseSeconds: auth.refresh_token_reuse_interval,
    sessionSeconds: sessions.timebox ?? null,
    sessionIdleSeconds: sessions.inactivity_timeout ?? null,
    limits: {
      ...limits,
      signInPerAddress: { ...limits.signInPerAddress, count: rates.sign_in_sign_ups },
      signUpPerAddress: { ...limits.signUpPerAddress, count: rates.sign_in_sign_ups },
      mailPerAddress: { count: rates.email_sent, seconds: HOUR_SECONDS },
      mailOfKind: { count: 1, seconds: email.max_frequency },
      verifyPerAddress: { ...limits.verifyPerAddress, count: rates.token_verifications },
      refreshPerAddress: { ...limits.refreshPerAddress, count: rates.token_refresh },
    },
  }
}

const HOSTS: Record<string, Pick<ExternalProvider, 'kind' | 'url' | 'apiUrl'>> = {
  google: { kind: 'oidc', url: 'https://accounts.google.com' },
  github: { kind: 'github', url: 'https://github.com', apiUrl: 'https://api.github.com' },
}

function externalProviders(sections: Record<string, z.infer<typeof external>>, environment: NodeJS.ProcessEnv): AuthSettings['providers'] {
  const switched = Object.keys(environment).flatMap(
    (variable) => /^SUPABASE_AUTH_EXTERNAL_(\w+)_ENABLED$/.exec(variable)?.[1]?.toLowerCase() ?? [],
  )
  const providers: Record<string, ExternalProvider> = {}
  for (const name of new Set([...Object.keys(sections), ...switched])) {
    const section = external.parse(sections[name] ?? {})
    const variable = (key: string) => `SUPABASE_AUTH_EXTERNAL_${name.toUpperCase()}_${key}`
    const says = environment[variable('ENABLED')]
    if (says ? says !== 'true' : !section.enabled) continue
    const fault = (what: string) => new Error(`supabase/config.toml: [auth.external.${name}] ${what}`)
    /** A text, `env(NAME)`, or nothing, which is the variable of that provider. */
    const setting = (text: string, key: string) => {
      const from = text === '' ? variable(key) : /^env\((\w+)\)$/.exec(text)?.[1]
      const value = from === undefined ? text : environment[from]
      if (!value) throw fault(`needs ${from}`)
      return value
    }
    const url = section.url || environment[variable('URL')]
    const host = url ? { kind: HOSTS[name]?.kind ?? ('oidc' as const), url } : HOSTS[name]
    if (!host || !URL.canParse(host.url)) throw fault('needs the url of its issuer')
    providers[name] = { ...host, clientId: setting(section.client_id, 'CLIENT_ID'), clientSecret: setting(section.secret, 'SECRET') }
  }
  return providers
}
