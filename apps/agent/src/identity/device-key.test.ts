import { createPublicKey } from 'node:crypto'
import { createDeviceKey, createSigningRequest, sha256Hex, verifySigningRequest } from '@bootfleet/pki'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../simulate/memory-store.ts'
import type { Store } from '../store/store.ts'
import { deviceKey } from './device-key.ts'

/** Ends with the write after the first `room`. */
function cutStore(state: Store, room: number): Store {
  let written = 0
  return {
    read: state.read,
    write: (name, content) => {
      written += 1
      return written > room ? Promise.reject(new Error('the power is gone')) : state.write(name, content)
    },
  }
}

const hashOf = (key: string): string => sha256Hex(createPublicKey(key).export({ type: 'spki', format: 'der' }))

const oldRequest = await createSigningRequest(createDeviceKey())

describe('the key of a device and its signing request', () => {
  it.each([
    ['nothing', {}],
    ['an empty key beside the request of an older one', { 'key.pem': '', 'key.csr': oldRequest }],
    ['a key beside the request of an older one', { 'key.pem': createDeviceKey(), 'key.csr': oldRequest }],
    ['a key beside an empty request', { 'key.pem': createDeviceKey(), 'key.csr': '' }],
    ['a key that is none', { 'key.pem': oldRequest, 'key.csr': oldRequest }],
  ])('fit each other where there was %s, whenever the power went, and stay', async (_, documents) => {
    for (const room of [0, 1, 2]) {
      const state = memoryStore(documents)
      await deviceKey(cutStore(state, room)).catch(() => undefined)
      const made = await deviceKey(state)
      expect((await verifySigningRequest(made.csr)).publicKeySha256).toBe(hashOf(made.key))
      expect(await deviceKey(state)).toEqual(made)
    }
  })
})
