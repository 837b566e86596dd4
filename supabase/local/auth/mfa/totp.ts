import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import encodeQr from 'qr'

// RFC 6238 as every authenticator app has it: SHA-1, six digits, half a minute.
const STEP_SECONDS = 30
const DIGITS = 6
/** What RFC 4226 recommends for SHA-1. */
const SECRET_BYTES = 20
/** Steps that a clock may be wrong, either way. */
const TOLERANCE = 1

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** A fresh secret in Base32, as people type it. */
export function newSecret(): string {
  // 160 bits are 32 characters to the bit: each random byte gives one of 32 without preferring any.
  return [...randomBytes((SECRET_BYTES * 8) / 5)].map((byte) => ALPHABET[byte % 32]).join('')
}

/** The step whose code somebody entered; undefined when it is the code of none that counts now. */
export function stepOf(secret: string, code: string, at: Date): number | undefined {
  const now = Math.floor(at.getTime() / 1000 / STEP_SECONDS)
  const key = bytesOf(secret)
  const given = Buffer.from(code)
  let found: number | undefined
  for (let step = now - TOLERANCE; step <= now + TOLERANCE; step++) {
    const expected = Buffer.from(codeOf(key, step))
    if (given.length === expected.length && timingSafeEqual(given, expected)) found = step
  }
  return found
}

function codeOf(key: Buffer, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', key).update(counter).digest()
  const number = digest.readUInt32BE(digest.readUInt8(digest.length - 1) & 0xf) & 0x7fffffff
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0')
}

function bytesOf(base32: string): Buffer {
  const bits = [...base32].map((character) => ALPHABET.indexOf(character).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

/** What the QR code says to the authenticator app. */
export function totpUri({ secret, issuer, account }: { secret: string; issuer: string; account: string }): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  const parameters = { algorithm: 'SHA1', digits: DIGITS, issuer: encodeURIComponent(issuer), period: STEP_SECONDS, secret }
  // Not URLSearchParams: apps show its "+" for a space.
  return `otpauth://totp/${label}?${Object.entries(parameters)
    .map((pair) => pair.join('='))
    .join('&')}`
}

const BORDER = 4
const PIXELS_PER_MODULE = 4

/** A QR code as SVG, on white so that it can be read off a dark page. Without `#` and `%`: supabase-js makes a data URI of it as it is. */
export function qrCode(text: string): string {
  const rows = encodeQr(text, 'raw', { ecc: 'medium', border: BORDER })
  const size = rows.length
  const path = rows
    .map((row, y) =>
      [
        ...row
          .map((isDark) => (isDark ? 'x' : ' '))
          .join('')
          .matchAll(/x+/g),
      ]
        .map(({ index, 0: run }) => `M${index} ${y}h${run.length}v1H${index}z`)
        .join(''),
    )
    .join('')
  const pixels = size * PIXELS_PER_MODULE
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${pixels}" height="${pixels}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="white" d="M0 0h${size}v${size}H0z"/><path fill="black" d="${path}"/></svg>`
}
