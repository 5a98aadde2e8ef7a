import { expect, test } from 'vitest'
import { ImageRule, ruleFor } from './image-rules.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const rules: ImageRule[] = [
  { digests: [digest('a')], models: ['panel'], boot: 'fails-to-boot' },
  { digests: [digest('a'), digest('b')], boot: 'unhealthy' },
]

test('the first rule about one of the digests of an image on this model decides', () => {
  expect(ruleFor(rules, { digests: [digest('c'), digest('a')], model: 'panel' })).toBe('fails-to-boot')
  expect(ruleFor(rules, { digests: [digest('a')], model: 'box' })).toBe('unhealthy')
  expect(ruleFor(rules, { digests: [digest('c')], model: 'panel' })).toBeUndefined()
})

test('a rule that is misspelt is no rule', () => {
  expect(ImageRule.safeParse({ digests: [digest('a')], boot: 'explodes' }).success).toBe(false)
  expect(ImageRule.safeParse({ digests: ['a'], boot: 'ok' }).success).toBe(false)
  expect(ImageRule.safeParse({ digests: [digest('a')], model: 'panel', boot: 'ok' }).success).toBe(false)
})
