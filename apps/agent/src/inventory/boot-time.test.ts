import { expect, it } from 'vitest'
import { memoryStore } from '../simulate/memory-store.ts'
import { noteBootTime } from './boot-time.ts'

it('compares the boot of an image with the last boot of the image before, however often either boots', async () => {
  const state = memoryStore()
  const boot = (digest: string, ms: number | undefined) => noteBootTime(state, { digest, ms })
  expect(await boot('a', undefined)).toBeNull()
  expect(await boot('a', 9000)).toEqual({ ms: 9000, previousImageMs: null })
  expect(await boot('a', 8000)).toEqual({ ms: 8000, previousImageMs: null })
  expect(await boot('b', 12_000)).toEqual({ ms: 12_000, previousImageMs: 8000 })
  expect(await boot('b', 12_000)).toEqual({ ms: 12_000, previousImageMs: 8000 })
  expect(await boot('a', 8500)).toEqual({ ms: 8500, previousImageMs: 12_000 })
})

it('begins anew where its notes cannot be read', async () => {
  const state = memoryStore()
  await state.write('boot-times.json', '[{"digest":7},null,"x"]')
  expect(await noteBootTime(state, { digest: 'a', ms: 1 })).toEqual({ ms: 1, previousImageMs: null })
})
