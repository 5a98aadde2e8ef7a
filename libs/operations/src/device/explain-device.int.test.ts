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
