import { expect, test } from 'vitest'
import { PolicyInput } from './policy-spec.ts'

test('a policy stratifies by nothing unless it says so', () => {
  expect(PolicyInput.parse({}).stratifyBy).toBeNull()
  expect(PolicyInput.parse({ stratifyBy: null }).stratifyBy).toBeNull()
  expect(PolicyInput.parse({ stratifyBy: 'example.org/site' }).stratifyBy).toBe('example.org/site')
})

test.each(['', 'site=berlin', 'a b', '-site', 'a'.repeat(64)])(
  '%j is no label to stratify by, and why',
  (stratifyBy) => {
    const issues = PolicyInput.safeParse({ stratifyBy }).error?.issues
    expect(issues).toMatchObject([
      { path: ['stratifyBy'], message: expect.stringMatching(/^stratifyBy must be the key of a label.*leave it out/) },
    ])
  },
)
