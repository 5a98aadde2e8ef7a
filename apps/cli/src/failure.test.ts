import { describe, expect, test } from 'vitest'
import { ApiError } from '@bootfleet/sdk'
import { CliError, isTemporary, toFailure } from './failure.ts'

const problem = (status: number, code = 'some_code') =>
  new ApiError(status, { type: 'about:blank', title: 'T', status, code, detail: 'What to do.', requestId: 'r-1' })
const noServer = new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) })

describe('an error becomes an exit code', () => {
  test.each([
    [400, 2],
    [422, 2],
    [401, 3],
    [403, 3],
    [404, 4],
    [409, 5],
    [429, 6],
    [500, 6],
    [503, 6],
  ])('HTTP %i is %i', (status, exitCode) => {
    expect(toFailure(problem(status))).toMatchObject({ exitCode, code: 'some_code', requestId: 'r-1' })
  })

  test('no server is 6, with the address and the cause', () => {
    const failure = toFailure(noServer, 'http://127.0.0.1:3000')
    expect(failure).toMatchObject({ exitCode: 6, message: expect.stringMatching(/127\.0\.0\.1:3000 .*ECONNREFUSED/) })
  })

  test('a refusal of its own has the code of its reason', () => {
    expect(toFailure(new CliError('conflict', 'Two of them.'))).toMatchObject({ exitCode: 5, message: 'Two of them.' })
  })

  test('what nobody foresaw is 70, in one line', () => {
    expect(toFailure(new Error('oops'))).toMatchObject({ exitCode: 70, message: 'Unexpected error: oops' })
  })
})

test('the text of the server comes first, then how to sign in', () => {
  expect(toFailure(problem(401)).message).toBe('What to do. Sign in with: bootfleet login')
  expect(toFailure(problem(401, 'wrong_credentials')).message).toBe('What to do.')
})

test('only what may pass by itself is worth another try', () => {
  expect([noServer, problem(503), problem(429)].map(isTemporary)).toEqual([true, true, true])
  expect([problem(404), problem(401), new Error('x'), new TypeError('x is not a function')].map(isTemporary)).toEqual([
    false,
    false,
    false,
    false,
  ])
})
