/** So many requests at once, and so many again over so many seconds: a bucket that empties steadily. In any such period at most twice
 *  as many pass. */
export interface Limit {
  count: number
  seconds: number
}

export interface AuthLimits {
  /** Failed sign-ins and all anonymous ones, from one client address. `[auth.rate_limit] sign_in_sign_ups`, per five minutes. */
  signInPerAddress: Limit
  /** Failed sign-ins to one account. Addresses from which its owner is signed in have a bucket of their own, so nobody locks him out. */
  signInPerAccount: Limit
  /** `[auth.rate_limit] sign_in_sign_ups`, per five minutes. */
  signUpPerAddress: Limit
  /** Mails asked for from one client address. `[auth.rate_limit] email_sent`, per hour. */
  mailPerAddress: Limit
  /** Mails to one mailbox, of whatever kind. */
  mailPerAccount: Limit
  /** Mails of one kind to one mailbox. `[auth.email] max_frequency`: one in so many seconds. */
  mailOfKind: Limit
  /** Links and codes tried from one client address. `[auth.rate_limit] token_verifications`, per five minutes. */
  verifyPerAddress: Limit
  /** Codes tried for one mailbox. */
  verifyPerAccount: Limit
  /** Wrong codes of second factors, of one account. */
  factorPerAccount: Limit
  /** Wrong recovery codes of one account. */
  recoveryCodePerAccount: Limit
  /** `[auth.rate_limit] token_refresh`, per five minutes. */
  refreshPerAddress: Limit
}

/** Everybody; or who was invited; or who was invited or has a mailbox in one of these domains, which are in lower case. Administrators
 *  make accounts always. */
export type SignUpPolicy = 'open' | 'invited' | { domains: readonly string[] }

/** Where people may sign in with an account they have. `[auth.external.<name>]`. */
export interface ExternalProvider {
  /** GitHub speaks a language of its own, everybody else OpenID Connect. */
  kind: 'oidc' | 'github'
  /** The issuer, exactly as its ID tokens name it; for GitHub the address of the site. `url`. */
  url: string
  /** Of GitHub's API; `<url>/api/v3` unless given. */
  apiUrl?: string
  /** `client_id`. */
  clientId: string
  /** `secret`. */
  clientSecret: string
}

/** How the auth service behaves. The comments name the keys of `supabase/config.toml` that say the same; `site_url` is passed on its own. */
export interface AuthSettings {
  /** Where links may lead besides the site itself: addresses or globs (`*` within a segment, `**` across). `[auth] additional_redirect_urls`. */
  redirectUrls: readonly string[]
  /** Life of an access token. `[auth] jwt_expiry`. */
  jwtExpirySeconds: number
  /** Who may make an account. `[auth] enable_signup` false is 'invited'; ATRIUM_SIGN_UP says it for one installation. */
  signUp: SignUpPolicy
  /** `[auth] enable_anonymous_sign_ins`. */
  anonymousSignIns: boolean
  /** A new user proves his mailbox before he is in. `[auth.email] enable_confirmations`. */
  confirmEmail: boolean
  /** A new address counts when both the old and the new mailbox agree. `[auth.email] double_confirm_changes`. */
  confirmBothMailboxes: boolean
  /** Who proved himself longer ago than this does it again before he changes password, address or factors; null: never.
   *  `[auth.email] secure_password_change` true is 86,400, false is null. */
  reauthenticateAfterSeconds: number | null
  /** `[auth] minimum_password_length`. */
  minimumPasswordLength: number
  /** People may add an authenticator app. `[auth.mfa.totp] enroll_enabled`. */
  totpEnrolls: boolean
  /** Codes of authenticator apps, and recovery codes, are accepted. `[auth.mfa.totp] verify_enabled`. */
  totpVerifies: boolean
  /** Second factors of one person. `[auth.mfa] max_enrolled_factors`. */
  maximumFactors: number
  /** Digits of a code. `[auth.email] otp_length`. */
  otpLength: number
  /** Life of a link and its code. `[auth.email] otp_expiry`. */
  otpExpirySeconds: number
  /** How long a refresh token that was used still answers, for tabs that ask at once. `[auth] refresh_token_reuse_interval`. */
  refreshTokenReuseSeconds: number
  /** A session ends so long after its sign-in, and its access tokens with it. `[auth.sessions] timebox`; null: never. */
  sessionSeconds: number | null
  /** A session ends when it was not refreshed for so long. `[auth.sessions] inactivity_timeout`; null: never. */
  sessionIdleSeconds: number | null
  /** By the name that supabase-js' `signInWithOAuth` is given. */
  providers: Readonly<Record<string, ExternalProvider>>
  /** Proxies whose `X-Forwarded-For` is believed: addresses or networks (`10.0.0.0/8`). Empty: the socket's address is the client's. */
  trustedProxies: readonly string[]
  limits: AuthLimits
}

const FIVE_MINUTES = 300
const HOUR = 3600

export const DEFAULT_AUTH_SETTINGS: AuthSettings = {
  redirectUrls: [],
  jwtExpirySeconds: 900,
  signUp: 'open',
  anonymousSignIns: false,
  confirmEmail: true,
  confirmBothMailboxes: true,
  reauthenticateAfterSeconds: 24 * HOUR,
  minimumPasswordLength: 8,
  totpEnrolls: true,
  totpVerifies: true,
  maximumFactors: 10,
  otpLength: 6,
  otpExpirySeconds: 900,
  refreshTokenReuseSeconds: 10,
  sessionSeconds: null,
  sessionIdleSeconds: null,
  providers: {},
  trustedProxies: [],
  limits: {
    signInPerAddress: { count: 30, seconds: FIVE_MINUTES },
    signInPerAccount: { count: 5, seconds: 900 },
    signUpPerAddress: { count: 30, seconds: FIVE_MINUTES },
    mailPerAddress: { count: 60, seconds: HOUR },
    mailPerAccount: { count: 10, seconds: HOUR },
    mailOfKind: { count: 1, seconds: 60 },
    verifyPerAddress: { count: 30, seconds: FIVE_MINUTES },
    verifyPerAccount: { count: 10, seconds: 900 },
    factorPerAccount: { count: 5, seconds: FIVE_MINUTES },
    recoveryCodePerAccount: { count: 5, seconds: 900 },
    refreshPerAddress: { count: 150, seconds: FIVE_MINUTES },
  },
}
