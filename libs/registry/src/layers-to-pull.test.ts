import { expect, it } from 'vitest'
import { layersToPull } from './layers-to-pull.ts'

const layer = (digest: string, sizeBytes: number) => ({ digest, sizeBytes })

it('adds up the layers that are not present', () => {
  const target = [layer('a', 100), layer('b', 20), layer('c', 3)]
  expect(layersToPull(target, [layer('a', 100), layer('x', 7)])).toBe(23)
  expect(layersToPull(target, [])).toBe(123)
  expect(layersToPull(target, target)).toBe(0)
})

it('counts a layer that occurs twice once', () => {
  expect(layersToPull([layer('a', 100), layer('a', 100)], [])).toBe(100)
})
