import { expect, test } from 'vitest'
import { readConfig } from './config.ts'

const secretKey = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
const minimal = { DATABASE_URL: 'postgresql://app@127.0.0.1:5432/bootfleet', BOOTFLEET_SECRET_KEY: secretKey }

test('what is not given has a default', () => {
  expect(readConfig(minimal)).toEqual({
    databaseUrl: minimal.DATABASE_URL,
    host: '127.0.0.1',
    port: 3001,
    secretKey,
    addresses: {
      web: 'http://127.0.0.1:3000',
      device: 'https://127.0.0.1:8443',
      mqtt: { host: '127.0.0.1', port: 8883 },
    },
    registry: { allowPrivate: false, allowInsecure: false, trusted: [] },
    proxyTrust: { proxies: [] },
    logLevel: 'info',
  })
})

test('an empty variable counts as absent', () => {
  expect(readConfig({ ...minimal, API_PORT: '', BOOTFLEET_ALLOW_PRIVATE_REGISTRIES: 'true' })).toMatchObject({
    port: 3001,
    registry: { allowPrivate: true },
  })
})

test('all problems are told at once, without values', () => {
  const bad = { BOOTFLEET_SECRET_KEY: 'hunter2', API_PORT: 'x', BOOTFLEET_WEB_URL: 'ftp://x' }
  const read = () => readConfig(bad)
  expect(read).toThrow(/DATABASE_URL.*API_PORT.*BOOTFLEET_SECRET_KEY.*BOOTFLEET_WEB_URL/)
  expect(read).not.toThrow(/hunter2/)
})

test('proxies are addresses or ranges', () => {
  const read = (text: string) => readConfig({ ...minimal, BOOTFLEET_TRUSTED_PROXIES: text }).proxyTrust
  expect(read('10.0.0.1, 10.1.0.0/16')).toEqual({ proxies: ['10.0.0.1', '10.1.0.0/16'] })
  expect(() => read('loopback')).toThrow(/BOOTFLEET_TRUSTED_PROXIES/)
})

test('production does not start with a key that anybody can guess', () => {
  const placeholder = { ...minimal, BOOTFLEET_SECRET_KEY: '0'.repeat(64) }
  expect(readConfig(placeholder).secretKey).toBe('0'.repeat(64))
  expect(() => readConfig({ ...placeholder, NODE_ENV: 'production' })).toThrow(/placeholder/)
  expect(readConfig({ ...minimal, NODE_ENV: 'production' }).secretKey).toBe(secretKey)
})
