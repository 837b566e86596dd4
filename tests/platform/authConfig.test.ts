import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseConfig } from '../../supabase/local/config.ts'
import { makeSecrets, readSecrets } from '../../supabase/local/secrets.ts'

const file = readFileSync(new URL('../../supabase/config.toml', import.meta.url), 'utf8')
const enabled = (name: string) => file.replace(`[auth.external.${name}]\nenabled = false`, `[auth.external.${name}]\nenabled = true`)
const secrets = { SUPABASE_AUTH_EXTERNAL_GOOGLE_CLIENT_ID: 'id', SUPABASE_AUTH_EXTERNAL_GOOGLE_SECRET: 'secret' }

test('[AUTH73] nobody is asked unless config.toml says so', () => {
  expect(parseConfig(file, {}).auth.providers).toEqual({})
})

test('[AUTH73] Google and GitHub need two variables, anybody else an issuer too', () => {
  expect(parseConfig(enabled('google'), secrets).auth.providers).toEqual({
    google: { kind: 'oidc', url: 'https://accounts.google.com', clientId: 'id', clientSecret: 'secret' },
  })
  const company = '[auth.external.company]\nenabled = true\nclient_id = "id"\nsecret = "env(COMPANY_SECRET)"\n'
  const { providers } = parseConfig(`${file}\n${company}url = "https://login.company.example/realms/all"`, { COMPANY_SECRET: 's' }).auth
  expect(providers).toEqual({
    company: { kind: 'oidc', url: 'https://login.company.example/realms/all', clientId: 'id', clientSecret: 's' },
  })
  expect(() => parseConfig(`${file}\n${company}`, { COMPANY_SECRET: 's' })).toThrow('[auth.external.company] needs the url')
})

test('[AUTH73] the environment alone switches a provider on, or off', () => {
  const company = { CLIENT_ID: 'id', SECRET: 's', URL: 'https://login.company.example' }
  const environment = Object.fromEntries(Object.entries(company).map(([key, value]) => [`SUPABASE_AUTH_EXTERNAL_COMPANY_${key}`, value]))
  const { providers } = parseConfig(file, { ...environment, SUPABASE_AUTH_EXTERNAL_COMPANY_ENABLED: 'true' }).auth
  expect(providers).toEqual({ company: { kind: 'oidc', url: 'https://login.company.example', clientId: 'id', clientSecret: 's' } })
  expect(() => parseConfig(file, { SUPABASE_AUTH_EXTERNAL_COMPANY_ENABLED: 'true' })).toThrow('[auth.external.company] needs the url')
  expect(parseConfig(enabled('google'), { SUPABASE_AUTH_EXTERNAL_GOOGLE_ENABLED: 'false' }).auth.providers).toEqual({})
})

test('[AUTH73] a start without the secret names the variable', () => {
  expect(() => parseConfig(enabled('github'), secrets)).toThrow('[auth.external.github] needs SUPABASE_AUTH_EXTERNAL_GITHUB_CLIENT_ID')
})

test('[AUTH61] an installation from before second factors gets the key for them once, and keeps its other secrets', () => {
  const directory = mkdtempSync(join(tmpdir(), 'secrets-'))
  const { authSecret: _, ...before } = makeSecrets()
  writeFileSync(join(directory, 'secrets.json'), JSON.stringify(before), { mode: 0o644 })
  const after = readSecrets(directory)
  expect(after).toEqual({ ...before, authSecret: expect.stringMatching(/^[\w-]{64}$/) })
  expect(readSecrets(directory)).toEqual(after)
  expect(statSync(join(directory, 'secrets.json')).mode & 0o777).toBe(0o600)
  rmSync(directory, { recursive: true })
})
