import { z } from 'zod'
import type { Auth, Handler } from './context.ts'
import { AuthError } from './errors.ts'
import * as fields from './fields.ts'
import { answer } from './http.ts'
import { countMail, redirectOf, sendEmailChange, sendLink } from './links.ts'
import { signUpClosedMail } from './mails.ts'
import { type Challenge, pkceFields } from './pkce.ts'
import { maySignUp, takeInvitation } from './signUpPolicy.ts'
import { insertUnlessKnown, type Metadata, mergeMetadata, newUser, type User, userByEmail } from './users.ts'

// Each of these answers {} before it looks whether anybody has that address.

const recoverBody = z.object({ email: fields.email, ...pkceFields })

/** `POST /recover`: mails a link for a new password. */
export const recover: Handler = async (auth, request) => {
  const { email, ...challenge } = await request.body(recoverBody)
  await countMail(auth, request, 'recovery', email)
  auth.afterwards(async () => {
    const user = await userByEmail(auth.sql, email)
    if (user) await sendLink(auth, user, { type: 'recovery', redirectTo: redirectOf(request), challenge })
  })
  return answer({})
}

const otpBody = z.object({
  email: fields.email.nullish(),
  phone: z.string().nullish(),
  create_user: z.boolean().nullish(),
  data: fields.metadata,
  ...pkceFields,
})

/** `POST /otp` and `/magiclink`: mails a link and a code to sign in with. */
export const sendOtp: Handler = async (auth, request) => {
  const { email, phone, create_user, data: given, ...challenge } = await request.body(otpBody)
  const { data, invitation } = takeInvitation(given)
  if (phone) throw new AuthError(400, 'phone_provider_disabled', 'Phone logins are disabled')
  if (!email) throw new AuthError(400, 'validation_failed', 'One of email or phone must be set')
  const metadata = mergeMetadata(null, data)
  await countMail(auth, request, 'magiclink', email)
  auth.afterwards(async () => {
    const known = await userByEmail(auth.sql, email)
    if (!known && create_user === false) return
    const user = known ?? ((await maySignUp(auth, auth.sql, email, invitation)) ? await addUser(auth, email, metadata) : undefined)
    if (!user) await auth.mail(signUpClosedMail({ to: email, policy: auth.settings.signUp }))
    else await sendLink(auth, user, { type: 'magiclink', redirectTo: redirectOf(request), challenge })
  })
  return answer({})
}

/** Somebody who comes without a password; his mailbox lets him in. */
async function addUser(auth: Auth, email: string, userMetadata: Metadata): Promise<User> {
  const person = newUser({ id: crypto.randomUUID(), email, userMetadata, at: auth.now() })
  return (await insertUnlessKnown(auth.sql, person)) ?? person
}

const resendBody = z.object({ type: z.enum(['signup', 'email_change']), email: fields.email, ...pkceFields })

/** `POST /resend`: mails the link of a sign-up or of a change of address again. */
export const resend: Handler = async (auth, request) => {
  const { type, email, ...challenge } = await request.body(resendBody)
  await countMail(auth, request, type, email)
  const wish: { redirectTo: string | null | undefined; challenge: Challenge } = { redirectTo: redirectOf(request), challenge }
  auth.afterwards(async () => {
    const user = await userByEmail(auth.sql, email)
    if (!user) return
    if (type === 'email_change') {
      if (user.email_change) await sendEmailChange(auth, user, user.email_change, wish)
    } else if (!user.email_confirmed_at) await sendLink(auth, user, { ...wish, type })
  })
  return answer({})
}
