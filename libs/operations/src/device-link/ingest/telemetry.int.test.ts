import { afterEach, beforeEach, expect, test } from 'vitest'
import { digestOf, TestFleet } from '@bootfleet/testkit'
import { collectLogs } from '../../device/collect-logs.ts'
import { getDevice } from '../../device/get-device.ts'
import { getDeviceLog } from '../../device/get-device-log.ts'
import { listDeviceLogs } from '../../device/list-device-logs.ts'

let fleet: TestFleet
beforeEach(async () => {
  fleet = await TestFleet.create({ devices: 2 })
})
afterEach(() => fleet[Symbol.asyncDispose]())

const part = (op: number, number: number, text: string, last = false) =>
  fleet.devices[0]!.say('tm/log', { op, part: number, last, text })
const logs = async (index = 0) => (await listDeviceLogs(fleet.ctx, { id: fleet.devices[index]!.id, limit: 10 })).items
const textOf = async (log: string | undefined, index = 0) =>
  (await getDeviceLog(fleet.ctx, { id: fleet.devices[index]!.id, log: log ?? '' })).text

test('a log that was asked for is put together from its parts, in any order and sent twice', async () => {
  const { id } = fleet.devices[0]!
  await part(1, 0, 'nobody asked')
  expect(await logs()).toEqual([])
  await collectLogs(fleet.ctx, { id })
  await part(1, 1, 'two\u001b[31m', true)
  expect(await logs()).toMatchObject([{ complete: false }])
  await part(1, 0, 'one,')
  await part(1, 0, 'one,')
  const [log] = await logs()
  expect(log).toMatchObject({ complete: true, length: 7 })
  expect(await textOf(log?.id)).toBe('one,two')
  await expect(textOf(log?.id, 1)).rejects.toMatchObject({ code: 'not_found' })
})

test('a device keeps no more logs and no more parts here than it may', async () => {
  const { id } = fleet.devices[0]!
  for (let op = 1; op <= 7; op++) {
    await collectLogs(fleet.ctx, { id })
    await part(op, 0, `log ${op}`, true)
    fleet.clock.advance(1)
  }
  await part(7, 16, 'too many', true)
  await part(1, 0, 'too old', true)
  const kept = await logs()
  expect(await Promise.all(kept.map((log) => textOf(log.id)))).toEqual(['log 7', 'log 6', 'log 5', 'log 4', 'log 3'])
})

test('progress is one row of the device, written every few seconds, and shown while it downloads', async () => {
  const device = fleet.devices[0]!
  const digest = digestOf(1)
  const say = (bytes: number) => device.say('tm/progress', { gen: 1, digest, bytes, bytesTotal: 100, step: 'pulling' })
  const stored = () => fleet.db.transaction('system', (tx) => tx.deviceProgress.findMany())
  await say(10)
  await say(20)
  expect(await stored()).toMatchObject([{ deviceId: device.id, bytes: 10n, bytesTotal: 100n }])
  fleet.clock.advance(6)
  await say(30)
  expect(await stored()).toMatchObject([{ bytes: 30n }])
  expect((await getDevice(fleet.ctx, { id: device.id })).progress).toBeNull()
  await fleet.db.transaction('system', (tx) =>
    tx.deviceState.update({ where: { deviceId: device.id }, data: { phase: 'downloading' } }),
  )
  expect((await getDevice(fleet.ctx, { id: device.id })).progress).toMatchObject({ digest, bytes: 30, bytesTotal: 100 })
})
