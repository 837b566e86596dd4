import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeSecrets } from '../../supabase/local/secrets.ts'
import { createTokens } from '../../supabase/local/tokens.ts'

const secrets = makeSecrets()
const tokens = createTokens(secrets)
const now = Math.floor(Date.now() / 1000)
const anna = { role: 'authenticated', sub: 'anna', exp: now + 60 }

test('[TOK1] a signed token names its bearer, an API key its role', () => {
  expect(tokens.callerOf({ authorization: `Bearer ${tokens.sign(anna)}`, apikey: secrets.publishableKey })).toEqual(anna)
  expect(tokens.callerOf({ apikey: secrets.publishableKey })).toEqual({ role: 'anon' })
  expect(tokens.callerOf({ authorization: `Bearer ${secrets.secretKey}` })).toEqual({ role: 'service_role' })
  expect(tokens.callerOf({})).toEqual({ role: 'anon' })
})

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const forge = (header: unknown, claims: unknown, secret: string) => {
  const content = `${encode(header)}.${encode(claims)}`
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`
}

test.for([
  ['expired', tokens.sign({ ...anna, exp: now - 60 })],
  ['not valid yet', tokens.sign({ ...anna, nbf: now + 600 })],
  ['without expiry', tokens.sign({ role: 'authenticated', sub: 'anna' })],
  ['without a role', forge({ alg: 'HS256' }, { sub: 'anna', exp: now + 60 }, secrets.jwtSecret)],
  ['signed by somebody else', forge({ alg: 'HS256' }, anna, 'another secret')],
  ['signed with the publishable key', forge({ alg: 'HS256' }, { ...anna, role: 'service_role' }, secrets.publishableKey)],
  ['of algorithm none', `${encode({ alg: 'none' })}.${encode(anna)}.`],
  ['of another algorithm', forge({ alg: 'HS512' }, anna, secrets.jwtSecret)],
  ['cut short', tokens.sign(anna).slice(0, -4)],
  ['no token at all', 'hello'],
] as const)('[TOK2] a token that is %s is refused', ([, token]) => {
  expect(() => tokens.verify(token)).toThrow(expect.objectContaining({ code: 'bad_jwt' }))
  expect(() => tokens.callerOf({ authorization: `Bearer ${token}` })).toThrow()
})
