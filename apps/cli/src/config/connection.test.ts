import { describe, expect, test } from 'vitest'
import { chooseConnection, isPlaintext, normalizeUrl, type ConnectionSources } from './connection.ts'

const login = { url: 'https://login.test', token: 'login-token' }
const admin = { url: 'http://127.0.0.1:3000', token: 'admin-token' }
const nothing: ConnectionSources = { flags: {}, environment: {}, login: undefined, admin: undefined }
const choose = (sources: Partial<ConnectionSources>) => chooseConnection({ ...nothing, ...sources })

describe('server and token', () => {
  test.each<[string, Partial<ConnectionSources>, string, string]>([
    ['the admin file where nothing else is', { admin }, 'http://127.0.0.1:3000', 'admin-token'],
    ['a sign-in before the admin file', { login, admin }, 'https://login.test', 'login-token'],
    [
      'the environment before a sign-in',
      { environment: { url: 'https://env.test', token: 'env-token' }, login },
      'https://env.test',
      'env-token',
    ],
    [
      'flags before the environment',
      { flags: { url: 'https://f.test', token: 'f' }, environment: { url: 'https://env.test', token: 'e' }, login },
      'https://f.test',
      'f',
    ],
    [
      'a token of the environment at the server of the sign-in',
      { environment: { token: 'e' }, login },
      'https://login.test',
      'e',
    ],
    [
      'the kept token for the server that a flag names',
      { flags: { url: 'https://login.test/' }, login },
      'https://login.test',
      'login-token',
    ],
    [
      'the admin token for its server',
      { flags: { url: 'http://127.0.0.1:3000' }, login, admin },
      'http://127.0.0.1:3000',
      'admin-token',
    ],
  ])('%s', (_, sources, url, token) => {
    expect(choose(sources)).toMatchObject({ url, token })
  })

  test('a kept token goes to no other server', () => {
    expect(() => choose({ flags: { url: 'https://other.test' }, login, admin })).toThrow(
      'not signed in at https://other.test',
    )
  })

  test('without any it says what to do', () => {
    expect(() => choose({})).toThrow('bootfleet login URL')
  })
})

test.each(['ftp://a', 'localhost:3000', 'https://user:secret@a', 'https://a/?x', ''])('%s is no server', (text) => {
  expect(() => normalizeUrl(text)).toThrow('is not the address of a server')
})

test('only what leaves the machine in the clear is warned about', () => {
  expect(['http://fleet.test', 'http://10.0.0.1:80'].map(isPlaintext)).toEqual([true, true])
  expect(['https://fleet.test', 'http://localhost:1', 'http://127.0.0.1', 'http://[::1]:1'].map(isPlaintext)).toEqual([
    false,
    false,
    false,
    false,
  ])
})
