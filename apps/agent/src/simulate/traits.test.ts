import { describe, expect, test } from 'vitest'
import { behaviours, parseBehaviours } from './behaviour.ts'
import { seededRandom } from './random.ts'
import { traitsOf } from './traits.ts'
import type { FleetPlan } from './traits.ts'

const plan = (seed: string): FleetPlan => ({
  seed,
  sites: ['berlin', 'lisbon', 'oslo'],
  models: [
    { name: 'edge-box', architecture: 'amd64' },
    { name: 'panel', architecture: 'arm64' },
  ],
  behaviours: parseBehaviours('normal=7,slow=2,lying=1'),
})
const fleet = (seed: string, count: number) => Array.from({ length: count }, (_, index) => traitsOf(plan(seed), index))
const count = <T>(items: readonly T[], wanted: T): number => items.filter((item) => item === wanted).length

describe('a seed', () => {
  test('always gives the same devices, and a larger fleet begins with those of a smaller one', () => {
    expect(fleet('7', 50)).toEqual(fleet('7', 50))
    expect(fleet('7', 80).slice(0, 50)).toEqual(fleet('7', 50))
  })

  test('gives other devices than another seed', () => {
    expect(fleet('7', 50).map(({ site }) => site)).not.toEqual(fleet('8', 50).map(({ site }) => site))
    expect(fleet('7', 1)[0]?.hardwareId).toBe('sim-7-0001')
  })

  test('gives numbers that never change, from 0 up to 1', () => {
    const random = seededRandom('bootfleet')
    const numbers = Array.from({ length: 1000 }, random)
    expect(numbers.slice(0, 3).map((number) => Math.floor(number * 1e6))).toMatchInlineSnapshot(`
      [
        602052,
        276768,
        710984,
      ]
    `)
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
    expect(numbers.reduce((sum, number) => sum + number, 0) / 1000).toBeCloseTo(0.5, 1)
  })
})

test('behaviours, sites and models come as often as they should in every block', () => {
  const devices = fleet('7', 30)
  for (const start of [0, 10, 20]) {
    const block = devices.slice(start, start + 10).map(({ behaviour }) => behaviour)
    expect([count(block, 'normal'), count(block, 'slow'), count(block, 'lying')]).toEqual([7, 2, 1])
  }
  const sites = devices.map(({ site }) => site)
  expect([count(sites, 'berlin'), count(sites, 'lisbon'), count(sites, 'oslo')]).toEqual([10, 10, 10])
})

test('behaviours that do not exist or have no count are refused with what there is', () => {
  expect(() => parseBehaviours('fast=1')).toThrow(behaviours.join(', '))
  expect(() => parseBehaviours('slow')).toThrow('slow=5')
  expect(() => parseBehaviours('slow=0')).toThrow('add up')
})
