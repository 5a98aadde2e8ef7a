import { expect, it } from 'vitest'
import { InstantInput } from './common.ts'
import { RejectRollout } from './rollouts.ts'

it.each([
  [{}, 'must say why, in 1 to 500 characters'],
  [{ reason: '  ' }, 'must say why, in 1 to 500 characters'],
  [{ reason: 'x'.repeat(501) }, 'must say why, in 1 to 500 characters'],
  [{ reason: 'bad disk' }, undefined],
])('a rejection without a reason is answered with a sentence: %j', (body, message) => {
  expect(RejectRollout.safeParse(body).error?.issues[0]?.message).toBe(message)
})

it.each([undefined, 'tomorrow', '2026-03-29', 5])('%j is no time, and the sentence shows one', (value) => {
  const message = InstantInput.safeParse(value).error?.issues[0]?.message ?? ''
  expect(message).toMatch(/^must be a date and a time with its zone/)
  expect(InstantInput.safeParse(/"(.*)"/.exec(message)?.[1]).success).toBe(true)
})
