import { describe, expect, test } from 'vitest'
import { readSettings } from './config.ts'

const read = (env: Record<string, string>) => readSettings(env, '/site')

test('files are where the conventions put them', () => {
  expect(read({ HOME: '/people/a' })).toMatchObject({
    configFile: '/people/a/.config/bootfleet/config.json',
    adminFile: '/site/.bootfleet/admin.json',
  })
  expect(read({ XDG_CONFIG_HOME: '/x', BOOTFLEET_DATA: 'data' })).toMatchObject({
    configFile: '/x/bootfleet/config.json',
    adminFile: '/site/data/admin.json',
  })
})

test('an empty variable is an absent one', () => {
  expect(read({ BOOTFLEET_URL: '', BOOTFLEET_TOKEN: '' })).toMatchObject({ url: undefined, token: undefined })
})

describe('colours', () => {
  test.each([
    [{}, 'auto'],
    [{ NO_COLOR: '1' }, 'never'],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, 'never'],
    [{ FORCE_COLOR: '1' }, 'always'],
    [{ FORCE_COLOR: '0' }, 'auto'],
    [{ TERM: 'dumb' }, 'never'],
  ])('%o: %s', (env: Record<string, string>, colour) => {
    expect(read(env).colour).toBe(colour)
  })
})
