import { createSigningKey, signDesired } from '@bootfleet/pki'
import { expect, it } from 'vitest'
import { memoryStore } from '../simulate/memory-store.ts'
import { openDesiredStore } from './desired-store.ts'

const device = 'd-test'
const [enrolled, rotated] = await Promise.all([1, 2].map(() => createSigningKey({ now: new Date() })))
if (enrolled === undefined || rotated === undefined) throw new Error('no keys')

const newer = JSON.stringify({ v: 2, device, gen: 7 })
const document = JSON.stringify({
  v: 1,
  device,
  gen: 8,
  issuedAt: new Date().toISOString(),
  image: null,
  ops: {},
  config: { heartbeatSec: 60, pollSec: 60 },
  keys: [],
  apply: { phase: 'none', jitterSec: 0, healthTimeoutSec: 60, onUnhealthy: 'rollback' },
})

it.each([
  ['the next one counts by the keys that came with it', device, true],
  ['its keys count for nothing where it is for another device', 'd-other', false],
])('a kept document that only another version of the agent understands is left out: %s', async (_, owner, counts) => {
  const kept = await signDesired(newer.replace(device, owner), rotated)
  const state = memoryStore({ 'desired.json': JSON.stringify({ signed: kept, keys: [rotated.publicJwk] }) })
  const store = await openDesiredStore(state, { device, keys: [enrolled.publicJwk] })
  expect(store.current()).toBeUndefined()
  const next = await store.verify(await signDesired(document, counts ? rotated : enrolled))
  expect(next.doc.gen).toBe(8)
  await expect(store.verify(await signDesired(document, counts ? enrolled : rotated))).rejects.toThrow()
})
