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

const wave = { name: 'canary', size: { count: 1 } }

test('a wave may name its devices by a selector, and then needs no size', () => {
  const { waves } = PolicyInput.parse({ waves: [wave, { name: 'lab', selector: 'site=lab' }] })
  expect(waves).toMatchObject([{ selector: null }, { selector: 'site=lab', size: null }])
})

test('percentages grow from wave to wave with the same selector, each selector by itself', () => {
  const percent = (of: number, selector?: string) => ({ ...wave, size: { percent: of }, ...(selector && { selector }) })
  const pathsOf = (...waves: object[]) =>
    PolicyInput.safeParse({ waves }).error?.issues.map(({ path }) => path.join('.')) ?? []
  expect(pathsOf(percent(50), percent(10, 'a'), percent(20, 'a'), percent(20, 'b'))).toEqual([])
  expect(pathsOf(percent(10, 'a'), percent(10), percent(10, 'a'))).toEqual(['waves.2.size.percent'])
  expect(pathsOf(percent(10, 'a'), percent(5, ' a '))).toEqual(['waves.1.size.percent'])
})

test.each([
  [{ approvals: -1 }, 'approvals', /^approvals must be a whole number from 0 to 10/],
  [{ approvals: 1.5 }, 'approvals', /^approvals must be a whole number from 0 to 10/],
  [{ approvals: 'two' }, 'approvals', /^approvals must be a whole number.*how many people other than the creator/],
  [{ waves: [{ ...wave, approval: 'yes' }] }, 'waves.0.approval', /^approval must be "auto".* or "manual"/],
  [
    { waves: [{ ...wave, selector: 'a b' }] },
    'waves.0.selector',
    /^selector must be a selector, or null.*write key=value/,
  ],
  [
    { waves: [{ ...wave, selector: '' }] },
    'waves.0.selector',
    /^selector must be a selector, or null.*A term is empty/,
  ],
  [
    { waves: [{ name: 'all' }] },
    'waves.0.size',
    /^size must say how many, such as {"count": 1}.*only a wave with a selector/,
  ],
  [{ rest: { selector: 'a' } }, 'rest', /selector/],
  [{ exclude: 'a b' }, 'exclude', /^exclude must be a selector, or null.*write key=value/],
  [{ exclude: '' }, 'exclude', /^exclude must be a selector, or null to leave nobody out: A term is empty/],
  [{ rest: { approval: true } }, 'rest.approval', /^approval must be "auto".* or "manual"/],
])('%j is refused for its %s, with what to write', (policy, path, message) => {
  const issues = PolicyInput.safeParse(policy).error?.issues
  expect(issues).toHaveLength(1)
  expect(issues?.[0]?.path.join('.')).toBe(path)
  expect(issues?.[0]?.message).toMatch(message)
})

const sized = (size: unknown) => ({ waves: [{ ...wave, size }] }) as PolicyInput
test.each([
  [sized({ percent: 0 }), 'waves.0.size.percent', /^percent must be a whole number from 1 to 100: with 0 nobody/],
  [sized({ count: 0 }), 'waves.0.size.count', /^count must be a whole number from 1/],
  [sized({ percent: 101 }), 'waves.0.size.percent', /^percent must be a whole number from 1 to 100/],
  [sized({ percent: 0.5 }), 'waves.0.size', /^must be .*"percent": 1 to 100}, in whole numbers/],
  [sized('all'), 'waves.0.size', /^must be .*"percent": 1 to 100}/],
])('a wave of nobody is refused: %j names %s and what to write', (policy, path, message) => {
  const issues = PolicyInput.safeParse(policy).error?.issues
  expect(issues?.map((issue) => issue.path.join('.'))).toEqual([path])
  expect(issues?.[0]?.message).toMatch(message)
})

const sprt = { goodFailurePercent: 1, badFailurePercent: 10 }

test.each([
  [{ goodFailurePercent: 0 }, 'goodFailurePercent', /^must be more than 0: to allow no failure, use maxFailures$/],
  [{ goodFailurePercent: 10 }, 'badFailurePercent', /^must be more than goodFailurePercent: 10 is not more than 10$/],
  [{ badFailurePercent: 0.5 }, 'badFailurePercent', /^must be more than goodFailurePercent: 0.5 is not more than 1$/],
  [{ badFailurePercent: 1.01 }, 'badFailurePercent', /^is too close.*at least \d+ devices to pass.*move them apart$/],
  [{ badFailurePercent: 100 }, 'badFailurePercent', /./],
  [{ alpha: 0.5 }, 'alpha', /^must be less than 0.5/],
  [{ beta: 0.7 }, 'beta', /^must be less than 0.5/],
  [{ alpha: 0 }, 'alpha', /./],
])('a sequential test with %j is refused for its %s', (change, field, message) => {
  const gate = { sprt: { ...sprt, ...change } }
  const issues = PolicyInput.safeParse({ waves: [{ ...wave, gate }] }).error?.issues
  expect(issues).toHaveLength(1)
  expect(issues?.[0]?.path.join('.')).toBe(`waves.0.gate.sprt.${field}`)
  expect(issues?.[0]?.message).toMatch(message)
})

test('a sequential test takes its risks from the book where none are given', () => {
  const parsed = PolicyInput.parse({ waves: [{ ...wave, gate: { sprt } }] })
  expect(parsed.waves[0]?.gate.sprt).toEqual({ ...sprt, alpha: 0.05, beta: 0.05 })
})
