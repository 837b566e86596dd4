import { changeUserById, createUser, deleteUser, showUserById, showUsers } from './adminUsers.ts'
import type { Handler } from './context.ts'
import { authorize } from './external/authorize.ts'
import { callback } from './external/callback.ts'
import { unlink } from './external/unlink.ts'
import { showHealth, showKeys, showSettings } from './info.ts'
import { generateLink, invite } from './invite.ts'
import { deleteFactor, showFactors } from './mfa/adminFactors.ts'
import { enroll, unenroll } from './mfa/enroll.ts'
import {
  generateRecoveryCodes,
  regenerateRecoveryCodes,
  removeRecoveryCodes,
  showRecoveryCodes,
  verifyRecoveryCode,
} from './mfa/recoveryCodes.ts'
import { challenge, verifyFactor } from './mfa/verifyFactor.ts'
import { endOtherSessions, endSession, showSessions } from './ownSessions.ts'
import { reauthenticate } from './reauthentication.ts'
import { recover, resend, sendOtp } from './recover.ts'
import { token } from './signIn.ts'
import { signOut } from './signOut.ts'
import { signUp } from './signUp.ts'
import { changeUser, showUser } from './user.ts'
import { verifyCode, verifyLink } from './verify.ts'

/** Every address of the service, without its prefix. */
export const routes: readonly (readonly [method: string, path: RegExp, handler: Handler])[] = [
  ['GET', /^\/health$/, showHealth],
  ['GET', /^\/settings$/, showSettings],
  ['GET', /^\/\.well-known\/jwks\.json$/, showKeys],
  ['POST', /^\/signup$/, signUp],
  ['POST', /^\/token$/, token],
  ['GET', /^\/authorize$/, authorize],
  ['GET', /^\/callback$/, callback],
  ['POST', /^\/logout$/, signOut],
  ['GET', /^\/verify$/, verifyLink],
  ['POST', /^\/verify$/, verifyCode],
  ['GET', /^\/user$/, showUser],
  ['PUT', /^\/user$/, changeUser],
  ['DELETE', /^\/user\/identities\/[^/]+$/, unlink],
  ['GET', /^\/reauthenticate$/, reauthenticate],
  ['POST', /^\/factors$/, enroll],
  ['GET', /^\/factors\/recovery-codes$/, showRecoveryCodes],
  ['POST', /^\/factors\/recovery-codes$/, generateRecoveryCodes],
  ['DELETE', /^\/factors\/recovery-codes$/, removeRecoveryCodes],
  ['POST', /^\/factors\/recovery-codes\/regenerate$/, regenerateRecoveryCodes],
  ['POST', /^\/factors\/recovery-codes\/verify$/, verifyRecoveryCode],
  ['DELETE', /^\/factors\/[^/]+$/, unenroll],
  ['POST', /^\/factors\/[^/]+\/challenge$/, challenge],
  ['POST', /^\/factors\/[^/]+\/verify$/, verifyFactor],
  ['GET', /^\/sessions$/, showSessions],
  ['DELETE', /^\/sessions$/, endOtherSessions],
  ['DELETE', /^\/sessions\/[^/]+$/, endSession],
  ['POST', /^\/recover$/, recover],
  ['POST', /^\/(otp|magiclink)$/, sendOtp],
  ['POST', /^\/resend$/, resend],
  ['POST', /^\/invite$/, invite],
  ['POST', /^\/admin\/generate_link$/, generateLink],
  ['GET', /^\/admin\/users$/, showUsers],
  ['POST', /^\/admin\/users$/, createUser],
  ['GET', /^\/admin\/users\/[^/]+$/, showUserById],
  ['PUT', /^\/admin\/users\/[^/]+$/, changeUserById],
  ['DELETE', /^\/admin\/users\/[^/]+$/, deleteUser],
  ['GET', /^\/admin\/users\/[^/]+\/factors$/, showFactors],
  ['DELETE', /^\/admin\/users\/[^/]+\/factors\/[^/]+$/, deleteFactor],
]
