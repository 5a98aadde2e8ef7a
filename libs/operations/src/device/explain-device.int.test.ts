import { afterEach, expect, test } from 'vitest'
import { TestFleet } from '@bootfleet/testkit'
import { recordRejects } from '../device-link/ingest/record-rejects.ts'
import { explainDevice } from './explain-device.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

test('messages that were refused are told with the device that sent them', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const [sender, other] = fleet.devices
  if (!sender || !other) throw new Error('no devices')
  const topic = `bf/v1/${sender.id}/up/state`
  await recordRejects(fleet.services, [
    { deviceId: sender.id, topic, code: 'malformed_json', detail: 'not JSON', sample: Buffer.from('{') },
  ])
  const codes = async (id: string) => (await explainDevice(fleet.ctx, { id })).reasons.map(({ code }) => code)
  expect(await codes(sender.id)).toContain('device.messages_refused')
  expect(await codes(other.id)).not.toContain('device.messages_refused')
})

test('what a device could not do is told in its own words', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const deviceId = fleet.devices[0]?.id ?? ''
  const detail = '10-busy does not let this machine reboot: a job runs'
  const report = { errors: [{ code: 'hook_refused', detail, retryable: true }] }
  await fleet.db.transaction('system', (tx) => tx.deviceState.update({ where: { deviceId }, data: { report } }))
  expect((await explainDevice(fleet.ctx, { id: deviceId })).reasons[0]).toEqual({
    code: 'device.reports_error',
    message: `The device reports hook_refused: ${detail}. It tries again by itself.`,
    errorCode: 'hook_refused',
  })
})
