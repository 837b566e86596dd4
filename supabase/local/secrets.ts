import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Everything an installation must not share. Made once, kept in the data directory, readable by its owner alone. */
export interface Secrets {
  /** Signs users' access tokens (HS256). */
  jwtSecret: string
  /** Signs links to stored objects. Not the key of users' tokens, so that one can never pass for the other. */
  storageSecret: string
  /** Encrypts what the auth service must be able to read again, such as the secrets of second factors. */
  authSecret: string
  /** Goes to browsers as `apikey`; stands for the role `anon`. */
  publishableKey: string
  /** For servers and scripts; stands for the role `service_role`, which no policy binds. */
  secretKey: string
  /** Password of each database login of `postgres/roles.ts`. */
  databasePassword: string
  /** The key pair for Web Push. A new one would end every subscription. */
  vapidPublicKey: string
  vapidPrivateKey: string
}

/** Reads the secrets of a data directory. What is missing is made: all at the first start, later what a new version added. */
export function readSecrets(dataDirectory: string): Secrets {
  const file = join(dataDirectory, 'secrets.json')
  const stored = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>) : {}
  const made = makeSecrets()
  // A pair of which one half is missing is none.
  const pair =
    stored.vapidPublicKey && stored.vapidPrivateKey ? {} : { vapidPublicKey: made.vapidPublicKey, vapidPrivateKey: made.vapidPrivateKey }
  const secrets = { ...made, ...stored, ...pair }
  if (Object.keys(stored).length < Object.keys(secrets).length) {
    // Written beside and renamed, so that a crash leaves either no file or a whole one.
    writeFileSync(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  chmodSync(file, 0o600)
  return secrets
}

export function makeSecrets(): Secrets {
  const secret = (bytes: number) => randomBytes(bytes).toString('base64url')
  return {
    jwtSecret: secret(48),
    storageSecret: secret(48),
    authSecret: secret(48),
    publishableKey: `sb_publishable_${secret(24)}`,
    secretKey: `sb_secret_${secret(24)}`,
    databasePassword: secret(24),
    ...vapidKeys(),
  }
}

/** As browsers want them: the point uncompressed, the scalar alone. */
function vapidKeys(): { vapidPublicKey: string; vapidPrivateKey: string } {
  const { x = '', y = '', d = '' } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  return { vapidPublicKey: point.toString('base64url'), vapidPrivateKey: d }
}
