import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** Keeps what the database must not know. The keys come from the installation's secret, one for each purpose. */
export interface Vault {
  /** Encrypts a text (AES-256-GCM). `owner` names the row it belongs to: in another row it does not open. */
  seal(owner: string, text: string): string
  /** Throws when the text, its owner or the installation's secret is another one. */
  open(owner: string, sealed: string): string
  /** A hash that nobody can compute who has the database alone. */
  fingerprint(owner: string, text: string): string
}

const VERSION = 'v1'
const IV_BYTES = 12
const TAG_BYTES = 16

export function createVault(secret: string): Vault {
  const key = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', `atrium auth ${purpose}`, 32))
  const [encryptionKey, fingerprintKey] = [key('encryption'), key('fingerprint')]
  return {
    seal(owner, text) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', encryptionKey, iv).setAAD(Buffer.from(owner))
      const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `${VERSION}.${sealed.toString('base64url')}`
    },
    open(owner, sealed) {
      const [version, content = ''] = sealed.split('.')
      const bytes = Buffer.from(content, 'base64url')
      if (version !== VERSION || bytes.length < IV_BYTES + TAG_BYTES) throw new Error('This was not sealed here')
      const decipher = createDecipheriv('aes-256-gcm', encryptionKey, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(-TAG_BYTES))
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8')
    },
    fingerprint: (owner, text) => createHmac('sha256', fingerprintKey).update(`${owner}:${text}`).digest('base64url'),
  }
}
