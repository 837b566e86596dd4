import { createResource } from 'solid-js'
import { ProblemError } from '../errors.ts'
import { auth, authorised } from '../supabase.ts'
import type { WithProof } from './proof.tsx'

/** An authenticator app whose codes count. */
export interface AuthenticatorApp {
  id: string
  name: string
  addedAt: string
}

interface Security {
  apps: AuthenticatorApp[]
  /** Undefined when none were made. */
  codes: { left: number; total: number } | undefined
  /** The address that waits for both mailboxes to agree. */
  newEmail: string | undefined
}

/** An app that was not confirmed yet. */
export interface Enrolment {
  id: string
  /** A drawing as a `data:` address. */
  qrCode: string
  /** Base32, for whoever cannot scan. */
  secret: string
}

/** How the signed-in person opens his account, and the changes to it. Actions throw a ProblemError.
 *  @param withProof asks him again who he is, where a change needs that */
export function createSecurity(withProof: WithProof) {
  const [state, { refetch }] = createResource(readSecurity)
  const reload = async () => void (await refetch())

  return {
    /** Undefined while it is read for the first time. */
    apps: () => latest()?.apps,
    codes: () => latest()?.codes,
    newEmail: () => latest()?.newEmail,
    problem: () => state.error as unknown,
    reload,

    /** Begins with an app; it counts after {@link confirm}. */
    async enroll(name: string): Promise<Enrolment> {
      await withProof(dropUnfinished)
      const { data } = await withProof(async () =>
        authorised(await auth.mfa.enroll({ factorType: 'totp', friendlyName: name, issuer: 'Atrium' })),
      )
      if (!data) throw new ProblemError(500, 'unknown', 'The server gave no key')
      return { id: data.id, qrCode: data.totp.qr_code, secret: data.totp.secret }
    },

    /** Takes the first code of an app. */
    async confirm(enrolment: Enrolment, code: string): Promise<void> {
      authorised(await auth.mfa.challengeAndVerify({ factorId: enrolment.id, code: code.replaceAll(/\s/g, '') }))
      await reload()
    },

    async remove(app: AuthenticatorApp): Promise<void> {
      await withProof(async () => authorised(await auth.mfa.unenroll({ factorId: app.id })))
      // The token that is at hand still says that there were two steps.
      await auth.refreshSession()
      await reload()
    },

    /** Ten codes, in place of those that there are. */
    async makeCodes(): Promise<string[]> {
      const { recoveryCodes } = auth.mfa
      const { data } = await withProof(async () =>
        authorised(latest()?.codes ? await recoveryCodes.regenerate() : await recoveryCodes.generate()),
      )
      await reload()
      return data?.codes ?? []
    },

    async changePassword(current: string, password: string): Promise<void> {
      authorised(await auth.updateUser({ password, current_password: current }))
    },

    /** Counts when both mailboxes have confirmed it. */
    async changeEmail(email: string, next: string): Promise<void> {
      await withProof(async () => authorised(await auth.updateUser({ email: email.trim() }, { emailRedirectTo: location.origin + next })))
      await reload()
    },
  }

  function latest(): Security | undefined {
    return state.error ? undefined : state.latest
  }
}

export type SecurityState = ReturnType<typeof createSecurity>

async function readSecurity(): Promise<Security> {
  const { data } = authorised(await auth.getUser())
  const factors = (data.user?.factors ?? []).filter((factor) => factor.status === 'verified')
  const apps = factors
    .filter((factor) => factor.factor_type === 'totp')
    .map((factor) => ({ id: factor.id, name: factor.friendly_name ?? '', addedAt: factor.created_at }))
  const hasCodes = factors.length > apps.length
  return { apps, codes: hasCodes ? await readCodes() : undefined, newEmail: data.user?.new_email }
}

async function readCodes() {
  const { data } = authorised(await auth.mfa.recoveryCodes.getStatus())
  return data ? { left: data.remaining, total: data.total } : undefined
}

/** Somebody who closed the dialog and begins again would find the name taken. */
async function dropUnfinished(): Promise<void> {
  const { data } = authorised(await auth.mfa.listFactors())
  const unfinished = (data?.all ?? []).filter((factor) => factor.status !== 'verified')
  for (const { id } of unfinished) authorised(await auth.mfa.unenroll({ factorId: id }))
}
