import { expect, it } from 'vitest'
import type { BootcFailure } from './bootc/classify-error.ts'
import { unknownHost } from './bootc/host-status.ts'
import { HostError } from './host/host-adapter.ts'
import { observeHost } from './observe.ts'
import { newMemory } from './open-runtime.ts'
import { memoryStore } from './simulate/memory-store.ts'

function observed() {
  const memory = newMemory()
  const platform = { run: memoryStore() }
  const timedOut: BootcFailure = { code: 'bootc_timeout', detail: 'bootc took too long', retryable: true }
  return {
    memory,
    answers: () => observeHost({ driver: { status: () => Promise.resolve(unknownHost) }, memory, platform }),
    fails: (failure = timedOut) =>
      observeHost({ driver: { status: () => Promise.reject(new HostError(failure)) }, memory, platform }),
  }
}

it('a bootc that waits for its turn is no error yet, one that never answers is, until it does', async () => {
  const { memory, answers, fails } = observed()
  for (let round = 0; round < 2; round += 1) {
    await fails()
    await fails()
    expect([memory.hostIsFresh, memory.statusError]).toEqual([false, undefined])
    await fails()
    expect(memory.statusError).toMatchObject({ code: 'bootc_timeout', retryable: true })
    await answers()
    expect([memory.hostIsFresh, memory.statusError]).toEqual([true, undefined])
  }
})

it('another failure of bootc is told at once, once named as its status', async () => {
  const { memory, fails } = observed()
  await fails({ code: 'bootc_failed', detail: 'it printed no JSON', retryable: true })
  expect(memory.statusError?.detail).toBe('bootc status: it printed no JSON')
})
