import { beforeEach, expect, test } from 'vitest'
import { createEnrollmentLimit, type EnrollmentLimit } from './enrollment-limit.ts'

const address = '198.51.100.1'
let now: number
let lookUps: number
let limit: EnrollmentLimit

beforeEach(() => {
  now = 0
  lookUps = 0
  limit = createEnrollmentLimit({
    now: () => now,
    isKnown: (token) => {
      lookUps++
      return Promise.resolve(token === 'good')
    },
  })
})

const admits = (body: unknown) =>
  limit.check({ address, body }).then(
    () => true,
    () => false,
  )
const refuse = (times: number, body: unknown) => {
  for (let time = 0; time < times; time++) limit.failed({ address, body })
}

test('an address that was refused twenty times within a minute waits, and no other does', async () => {
  refuse(19, { token: 'bad' })
  expect(await admits({ token: 'bad' })).toBe(true)
  refuse(1, { token: 'bad' })
  for (const body of [{ token: 'worse' }, {}, null, 'x', { token: 1 }, { token: 'x'.repeat(201) }])
    expect(await admits(body)).toBe(false)
  await limit.check({ address: '198.51.100.2', body: { token: 'bad' } })
  now = 60_000
  expect(await admits({ token: 'bad' })).toBe(true)
})

test('a token that is known is let through from an address that waits', async () => {
  refuse(100, { token: 'bad' })
  for (let machine = 0; machine < 50; machine++) expect(await admits({ token: 'good' })).toBe(true)
})

test('a known token that is refused again and again waits as well', async () => {
  refuse(20, { token: 'good' })
  expect(await admits({ token: 'good' })).toBe(false)
})

test('a flood of guesses is looked up no more than 600 times a minute', async () => {
  refuse(20, {})
  for (let guess = 0; guess < 1000; guess++) await admits({ token: `guess-${guess}` })
  expect(lookUps).toBe(600)
})
