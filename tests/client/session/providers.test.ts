import { expect, test, vi } from 'vitest'

// The module reads its origin.
vi.stubGlobal('location', { origin: 'http://atrium.invalid' })
vi.stubGlobal('document', { querySelector: () => null })
const { invitationIn, providersOf } = await import('../../../client/src/session/providers.ts')

test('[CLIENT11] what the server has switched on is offered, what it has not is not', () => {
  const external = { anonymous_users: true, email: true, phone: false, google: true, github: false, keycloak: true }
  expect(providersOf({ external })).toEqual([
    { name: 'google', label: 'Google' },
    { name: 'keycloak', label: 'Keycloak' },
  ])
  expect(providersOf({ external: { email: true, google: false } })).toEqual([])
})

// biome-ignore format: the table is the specification
test.for([
  ['/invite/n3cm-_Q',          'n3cm-_Q'],
  ['/invite/n3cm/more',        undefined],
  ['/invite/',                 undefined],
  ['/d/1?next=/invite/n3cm',   undefined],
  ['/',                        undefined],
] as const)('[CLIENT3] who is on the way to %s brings the invitation %s', ([path, token]) => {
  expect(invitationIn(path)).toBe(token)
})
