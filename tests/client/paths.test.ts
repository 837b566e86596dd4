import { expect, test } from 'vitest'
import { idOf, paths, safeNext } from '../../client/src/paths.ts'

// biome-ignore format: the table is the specification
test.for([
  ['/d/1?comments=1#end',        '/d/1?comments=1#end'],
  ['/invite/a%2Fb',              '/invite/a%2Fb'],
  ['https://evil.example/',      '/'],
  ['//evil.example/d/1',         '/'],
  ['/\\evil.example',            '/'],
  ['/\t/evil.example',           '/'],
  ['javascript:alert(1)',        '/'],
  ['d/1',                        '/'],
  ['/login?next=/login',         '/'],
  ['/signup',                    '/'],
  [undefined,                    '/'],
  [['/d/1', '//evil.example'],   '/'],
])('[CLIENT3] after signing in, next=%o leads to %s', ([next, path]) => {
  expect(safeNext(next as string | string[] | undefined)).toBe(path)
})

test('[CLIENT3] the way to sign in keeps where somebody was going', () => {
  const login = new URL(paths.login('/d/1?x=1&y=2'), 'http://here.invalid')
  expect(safeNext(login.searchParams.get('next') ?? undefined)).toBe('/d/1?x=1&y=2')
})

test('[CLIENT4] a document is found with and without a title in its address', () => {
  const id = '0199c2a4-7c1e-7abc-8def-0123456789ab'
  expect(idOf(id)).toBe(id)
  expect(idOf(`${id.toUpperCase()}-launch-plan`)).toBe(id)
  expect(idOf('launch-plan')).toBeUndefined()
})
