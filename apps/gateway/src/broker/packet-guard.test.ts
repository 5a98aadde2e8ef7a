import fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { expect, test } from 'vitest'
import { createPacketGuard } from './packet-guard.ts'

const publish = (size: number) =>
  generate({ cmd: 'publish', topic: 't', payload: Buffer.alloc(size), qos: 0, dup: false, retain: false })

test('packets up to the limit pass, however the stream is cut', () => {
  const stream = Buffer.concat([publish(0), generate({ cmd: 'pingreq' }), publish(200), publish(997), publish(1)])
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (sizes) => {
      const accepts = createPacketGuard(1000)
      let at = 0
      for (let turn = 0; at < stream.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1
        expect(accepts(stream.subarray(at, at + size))).toBe(true)
        at += size
      }
    }),
  )
})

test.each([
  ['one byte more than the limit', publish(998)],
  ['256 MB', Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])],
  ['a length that never ends', Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0xff])],
])('%s is noticed as soon as it is announced, and for good', (_name, bytes) => {
  const accepts = createPacketGuard(1000)
  expect(accepts(bytes.subarray(0, 5))).toBe(false)
  expect(accepts(generate({ cmd: 'pingreq' }))).toBe(false)
})
