import { expect, it } from 'vitest'
import { parseChallenges } from './auth-challenge.ts'

const read = (header: string) =>
  parseChallenges(header).map(({ scheme, params }) => [scheme, Object.fromEntries(params)])

it('reads a bearer challenge with realm, service and scope', () => {
  const header =
    'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:acme/os:pull,push"'
  expect(read(header)).toEqual([
    [
      'bearer',
      { realm: 'https://auth.example/token', service: 'registry.example', scope: 'repository:acme/os:pull,push' },
    ],
  ])
})

it('reads several challenges in one header', () => {
  expect(read('Basic realm="a, b", Bearer realm="https://x", service=plain')).toEqual([
    ['basic', { realm: 'a, b' }],
    ['bearer', { realm: 'https://x', service: 'plain' }],
  ])
})

it('reads schemes without parameters and with a token68', () => {
  expect(read('Negotiate abc==, Basic realm="x"')).toEqual([
    ['negotiate', {}],
    ['basic', { realm: 'x' }],
  ])
  expect(read('Basic')).toEqual([['basic', {}]])
})

it('undoes quoting, ignores the case of names and spaces, and keeps the first of two equal names', () => {
  expect(read('BEARER  Realm = "a\\"b" ,REALM=other')).toEqual([['bearer', { realm: 'a"b' }]])
})

it('stops at the first thing that is malformed', () => {
  expect(read('Bearer realm="unclosed, Basic realm="x"').map(([scheme]) => scheme)).not.toContain('basic')
  expect(read('')).toEqual([])
  expect(read('=,,=')).toEqual([])
})

it('reads a very long hostile header without running away', () => {
  expect(parseChallenges(`Bearer ${'a '.repeat(50_000)}`).length).toBeLessThan(10_000)
  expect(parseChallenges(`Bearer realm="${'\\'.repeat(100_000)}`)).toHaveLength(1)
})
