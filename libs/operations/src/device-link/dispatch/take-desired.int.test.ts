import { afterEach, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { TestFleet } from '@bootfleet/testkit'
import { parseDesired } from '../../desired/build-desired.ts'
import { takeDesiredToSend } from './take-desired.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

test('a grant that was not sent before its window closed is kept back, and on another connection it is none', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const where = { deviceId: fleet.devices[0]?.id ?? '' }
  const { conn, gatewayId } = await fleet.db.transaction('system', (tx) =>
    tx.devicePresence.findUniqueOrThrow({ where }),
  )
  const until = new Date(fleet.clock.now().getTime() + 10_000).toISOString()
  const write = (on: string) =>
    fleet.db.transaction('system', async (tx) => {
      const { apply, ...rest } = parseDesired((await tx.deviceDesired.findUniqueOrThrow({ where })).payload)
      const grant = { id: randomUUID(), conn: on, ttlSec: 60 }
      const payload = JSON.stringify({ ...rest, apply: { ...apply, phase: 'applied', grant, window: { until } } })
      await tx.deviceDesired.update({ where, data: { payload, sendAt: fleet.clock.now() } })
    })
  const take = () => takeDesiredToSend(fleet.services, { gatewayIds: [gatewayId ?? ''], limit: 10 })
  await write(conn ?? '')
  expect(await take()).toMatchObject([where])
  fleet.clock.advance(10)
  await write(conn ?? '')
  expect(await take()).toEqual([])
  await write(randomUUID())
  expect(await take()).toMatchObject([where])
})
