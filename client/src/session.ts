import type { Session as AuthSession, EmailOtpType } from '@supabase/auth-js'
import { batch, createContext, createSignal, onCleanup, useContext } from 'solid-js'
import { ProblemError } from './errors.ts'
import { paths } from './paths.ts'
import { accessToken, auth, authorised, keptSession, rest, rows, sessionKey } from './supabase.ts'

export interface Person {
  id: string
  email: string
  name: string
}

/** Tells the other tabs that the person left on purpose, so that they do not ask him to sign in again. */
const leaving = new BroadcastChannel('atrium.leaving')

/** Who is signed in, and the ways in and out. Actions throw a ProblemError. */
export function createSession() {
  const [user, setUser] = createSignal<Person | null>(null)
  const [ready, setReady] = createSignal(false)
  const [ended, setEnded] = createSignal(false)
  const [recovering, setRecovering] = createSignal(false)
  const [halfway, setHalfway] = createSignal<SecondStep>()
  const [linkProblem, setLinkProblem] = createSignal(takeLinkProblem())
  let isLeaving = false

  // auth-js holds its lock while it calls this: nothing here may wait for another call of auth-js.
  const { data } = auth.onAuthStateChange((event, session) => {
    batch(() => {
      // Without network a token that has expired is not refreshed, and its session is not over.
      const here = session ?? (event === 'INITIAL_SESSION' ? keptSession() : null)
      if (here) arrive(here)
      else leave(event === 'SIGNED_OUT')
      if (event === 'PASSWORD_RECOVERY') setRecovering(true)
      setReady(true)
    })
  })
  onCleanup(() => data.subscription.unsubscribe())

  const stored = keptSession()
  if (stored && !navigator.onLine) {
    arrive(stored)
    setReady(true)
  }

  leaving.onmessage = () => location.assign(paths.login())

  function arrive(session: AuthSession) {
    const { id, email = '', user_metadata: given } = session.user
    const known = user()
    const step = secondStepOf(session)
    setHalfway(step)
    if (step) {
      if (known) setEnded(true)
      return
    }
    if (known && known.id !== id) return location.reload()
    setEnded(false)
    setUser({ id, email, name: known?.name ?? given?.name ?? email.split('@')[0] ?? '' })
    // Outside of auth-js' lock; a name that comes late or not at all hurts nobody.
    if (!known) setTimeout(() => loadName(id).catch(() => {}))
  }

  function leave(isSignedOut: boolean) {
    setHalfway(undefined)
    if (isSignedOut && user() && !isLeaving) setEnded(true)
  }

  async function loadName(id: string) {
    const [profile] = await rows<{ name: string }[]>(rest.from('profiles').select('name').eq('id', id))
    setUser((current) => (current && profile ? { ...current, name: profile.name } : current))
  }

  return {
    /** Who is signed in; stays while an ended session waits for a new sign-in. */
    user,
    /** Whether it is known yet. */
    ready,
    /** The session ended without the person wanting it; what is on the page stays. */
    ended,
    /** Came by a "forgotten password" link or code, and should choose a new one. */
    recovering,
    /** The password was right, and the second step is missing: nobody is signed in yet. */
    halfway,
    /** The error code of an e-mail link that did not work. */
    linkProblem,
    forgetLinkProblem: () => setLinkProblem(undefined),
    accessToken,

    /** Whether the server still knows this session; auth-js forgets one that it does not, which ends it here. */
    async isAlive(): Promise<boolean> {
      const { error } = await auth.getUser()
      return error?.name !== 'AuthSessionMissingError'
    },

    async signIn(email: string, password: string) {
      authorised(await auth.signInWithPassword({ email: email.trim(), password }))
    },

    /** The second step with the code of an authenticator app. */
    async confirmFactor(factorId: string, code: string) {
      authorised(await auth.mfa.challengeAndVerify({ factorId, code: code.replaceAll(/\s/g, '') }))
    },

    /** The second step without the app. Each code counts once. */
    async confirmRecoveryCode(code: string) {
      authorised(await auth.mfa.recoveryCodes.verify({ code: code.trim() }))
    },

    /** Says whether the address has to be confirmed first. The answer is the same for an address that has an account.
     *  @param data what the account begins with; the token of an invitation lets somebody in where one is needed
     *  @param next the path that the link in the e-mail leads to */
    async signUp(email: string, password: string, data: { name: string; invite_token?: string }, next: string) {
      const options = { data, emailRedirectTo: location.origin + next }
      const answer = authorised(await auth.signUp({ email: email.trim(), password, options }))
      return { confirmed: answer.data.session !== null }
    },

    async sendConfirmationAgain(email: string, next: string) {
      authorised(await auth.resend({ type: 'signup', email: email.trim(), options: { emailRedirectTo: location.origin + next } }))
    },

    /** Signs in with the code of an e-mail. */
    async confirmCode(email: string, code: string, type: EmailOtpType) {
      authorised(await auth.verifyOtp({ email: email.trim(), token: code.replaceAll(/\s/g, ''), type }))
      if (type === 'recovery') setRecovering(true)
    },

    /** Sends a link and a code that sign in without the password. Succeeds for every address, see askForReset; GoTrue alone refuses an
     *  unknown one, which is not shown.
     *  @param next the path that the link leads to */
    async askForSignIn(email: string, next: string) {
      const options = { shouldCreateUser: false, emailRedirectTo: location.origin + paths.login(next) }
      const answer = await auth.signInWithOtp({ email: email.trim(), options })
      if (answer.error?.code !== 'otp_disabled') authorised(answer)
    },

    /** Succeeds for every address, so that nobody learns who has an account. */
    async askForReset(email: string) {
      authorised(await auth.resetPasswordForEmail(email.trim(), { redirectTo: location.origin + paths.reset() }))
    },

    /** Sets the password and ends this person's other sessions. */
    async setPassword(password: string) {
      authorised(await auth.updateUser({ password }))
      authorised(await auth.signOut({ scope: 'others' }))
      setRecovering(false)
    },

    async rename(name: string) {
      const person = user()
      if (!person) throw new ProblemError(401, 'session_ended', 'Nobody is signed in')
      const before = person.name
      setUser({ ...person, name })
      try {
        await rows(rest.from('profiles').update({ name }).eq('id', person.id))
      } catch (error) {
        setUser({ ...person, name: before })
        throw error
      }
    },

    /** Ends this session, forgets it here whatever the server says, and shows the sign-in page.
     *  @param next the path to come back to as somebody else
     *  @param to another page to show */
    async signOut(next?: string, to = paths.login(next)) {
      isLeaving = true
      leaving.postMessage('signed out')
      await auth.signOut({ scope: 'local' })
      // auth-js keeps the session of a server that it cannot reach.
      localStorage.removeItem(sessionKey)
      // What this person began to write is not for whoever uses the browser next.
      for (const key of Object.keys(localStorage)) if (key.startsWith('atrium.draft.')) localStorage.removeItem(key)
      const person = user()
      if (person) await import('./sync/database.ts').then((module) => module.forgetDatabase(person.id)).catch(() => {})
      // A fresh page: nothing that this person saw stays in memory.
      location.assign(to)
    },
  }
}

export type Session = ReturnType<typeof createSession>

/** What is asked after the password. */
export interface SecondStep {
  email: string
  apps: { id: string; name: string }[]
  hasRecoveryCodes: boolean
}

/** The step that is missing; undefined when the session has it or its owner needs none. */
function secondStepOf({ access_token: token, user }: AuthSession): SecondStep | undefined {
  const verified = (user.factors ?? []).filter((factor) => factor.status === 'verified')
  const apps = verified.filter((factor) => factor.factor_type === 'totp').map(({ id, friendly_name: name = '' }) => ({ id, name }))
  if (apps.length === 0 || levelOf(token) === 'aal2') return
  return { email: user.email ?? '', apps, hasRecoveryCodes: verified.length > apps.length }
}

/** The assurance level that a token names. Read, not believed: the servers verify it. */
function levelOf(token: string): unknown {
  const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
  return JSON.parse(atob(payload)).aal
}

/** An e-mail link that failed leads here with the reason in the fragment. Taken out, so that a reload does not show it again. */
function takeLinkProblem(): string | undefined {
  const code = new URLSearchParams(location.hash.slice(1)).get('error_code') ?? undefined
  if (code) history.replaceState(history.state, '', location.pathname + location.search)
  return code
}

export const SessionContext = createContext<Session>()

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('useSession needs a SessionContext.Provider above it')
  return session
}
