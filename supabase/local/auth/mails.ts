import { layOut, type MailMessage } from './mailLayout.ts'
import type { SignUpPolicy } from './settings.ts'

/** What a mail with a link and a code is told. */
export interface LinkMail {
  to: string
  /** The whole address that the button opens. */
  url: string
  code: string
}

const IGNORE = 'If you did not ask for this, you can ignore this mail; nothing will happen.'
const SHORT_LIVED = 'The link works once and for a short time.'

export const confirmationMail = ({ to, url, code }: LinkMail): MailMessage =>
  layOut(to, {
    subject: 'Confirm your e-mail address',
    heading: 'Welcome to Atrium',
    paragraphs: [`Please confirm that ${to} is your address, and you are in. ${SHORT_LIVED}`],
    button: { label: 'Confirm address', url },
    code,
    footer: IGNORE,
  })

export const alreadyRegisteredMail = ({ to, siteUrl }: { to: string; siteUrl: string }): MailMessage =>
  layOut(to, {
    subject: 'You already have an account',
    heading: 'You already have an account',
    paragraphs: [
      `Somebody, probably you, wanted to use ${to} for an account. It has one already, so nothing was changed.`,
      'Sign in as usual. If you do not know the password any more, you can set a new one there.',
    ],
    button: { label: 'Open Atrium', url: siteUrl },
    footer: 'If it was not you, you can ignore this mail; your account is as it was.',
  })

export const signUpClosedMail = ({ to, policy }: { to: string; policy: SignUpPolicy }): MailMessage =>
  layOut(to, {
    subject: 'An invitation is needed',
    heading: 'An invitation is needed',
    paragraphs: [
      `Somebody, probably you, wanted to make an account for ${to}. There is none, and none was made.`,
      typeof policy === 'string'
        ? 'New accounts here are for people who were invited. Ask somebody who is in already to invite this address.'
        : `New accounts here are for addresses at ${policy.domains.join(', ')}, and for people who were invited.`,
    ],
    footer: 'If it was not you, you can ignore this mail.',
  })

export const recoveryMail = ({ to, url, code }: LinkMail): MailMessage =>
  layOut(to, {
    subject: 'Set a new password',
    heading: 'Set a new password',
    paragraphs: [`Somebody, hopefully you, asked for a new password for ${to}. ${SHORT_LIVED}`],
    button: { label: 'Set a new password', url },
    code,
    footer: 'If you did not ask for this, you can ignore this mail; your password stays as it is.',
  })

export const magicLinkMail = ({ to, url, code }: LinkMail): MailMessage =>
  layOut(to, {
    subject: 'Your link to sign in',
    heading: 'Sign in to Atrium',
    paragraphs: [`This signs you in as ${to}. ${SHORT_LIVED}`],
    button: { label: 'Sign in', url },
    code,
    footer: IGNORE,
  })

export const inviteMail = ({ to, url, code }: LinkMail): MailMessage =>
  layOut(to, {
    subject: 'You are invited to Atrium',
    heading: 'You are invited',
    paragraphs: [`An account was made for ${to}. Open it, and choose a password. ${SHORT_LIVED}`],
    button: { label: 'Accept', url },
    code,
    footer: 'If you do not expect this, you can ignore this mail.',
  })

export const emailChangeMail = ({ to, url, code, from, newEmail }: LinkMail & { from: string; newEmail: string }): MailMessage =>
  layOut(to, {
    subject: 'Confirm the change of your e-mail address',
    heading: 'Change of your e-mail address',
    paragraphs: [`Please confirm that your account changes from ${from} to ${newEmail}. ${SHORT_LIVED}`],
    button: { label: 'Confirm the change', url },
    code,
    footer: 'If you did not ask for this, do not confirm it, and set a new password.',
  })

export const emailChangedMail = ({ to, newEmail }: { to: string; newEmail: string }): MailMessage =>
  layOut(to, {
    subject: 'Your e-mail address was changed',
    heading: 'Your e-mail address was changed',
    paragraphs: [`Your account belongs to ${newEmail} now; ${to} cannot sign in any more.`],
    footer: 'If you did not do this, tell the administrator of your workspace at once.',
  })

export const reauthenticationMail = ({ to, code }: { to: string; code: string }): MailMessage =>
  layOut(to, {
    subject: `${code} is your code`,
    heading: 'Is it you?',
    paragraphs: ['Enter this code to go on with what you were doing.'],
    code,
    footer: 'If you did not ask for this, somebody may be using your account: set a new password.',
  })

export const passwordChangedMail = ({ to, siteUrl }: { to: string; siteUrl: string }): MailMessage =>
  layOut(to, {
    subject: 'Your password was changed',
    heading: 'Your password was changed',
    paragraphs: [`The password for ${to} was changed just now. You were signed out everywhere else.`],
    button: { label: 'Open Atrium', url: siteUrl },
    footer: 'If you did not do this, set a new password at once: choose "Forgot password" when you sign in.',
  })

const NOT_YOU = 'If you did not do this, set a new password at once, and tell the administrator of your workspace.'

export const factorAddedMail = ({ to, siteUrl }: { to: string; siteUrl: string }): MailMessage =>
  layOut(to, {
    subject: 'Two-step sign-in was switched on',
    heading: 'Two-step sign-in is on',
    paragraphs: [
      `An authenticator app was added to the account of ${to}. From now on its codes are asked for. Keep recovery codes in a safe place.`,
    ],
    button: { label: 'Open Atrium', url: siteUrl },
    footer: NOT_YOU,
  })

export const factorRemovedMail = ({ to, siteUrl }: { to: string; siteUrl: string }): MailMessage =>
  layOut(to, {
    subject: 'An authenticator app was removed',
    heading: 'An authenticator app was removed',
    paragraphs: [`The account of ${to} does not accept its codes any more.`],
    button: { label: 'Open Atrium', url: siteUrl },
    footer: NOT_YOU,
  })

export const recoveryCodeUsedMail = ({ to, left, siteUrl }: { to: string; left: number; siteUrl: string }): MailMessage =>
  layOut(to, {
    subject: 'A recovery code was used',
    heading: 'A recovery code was used',
    paragraphs: [`Somebody, hopefully you, signed in as ${to} with a recovery code. ${left} of them are left.`],
    button: { label: 'Open Atrium', url: siteUrl },
    footer: NOT_YOU,
  })

export const identityLinkedMail = ({ to, provider, siteUrl }: { to: string; provider: string; siteUrl: string }): MailMessage =>
  layOut(to, {
    subject: 'Another way to sign in',
    heading: 'Another way to sign in',
    paragraphs: [`From now on your account at ${provider} opens the account of ${to} too, because it has the same address.`],
    button: { label: 'Open Atrium', url: siteUrl },
    footer: NOT_YOU,
  })

export const identityUnlinkedMail = ({ to, provider, siteUrl }: { to: string; provider: string; siteUrl: string }): MailMessage =>
  layOut(to, {
    subject: 'One way less to sign in',
    heading: 'One way less to sign in',
    paragraphs: [`Your account at ${provider} does not open the account of ${to} any more.`],
    button: { label: 'Open Atrium', url: siteUrl },
    footer: NOT_YOU,
  })
