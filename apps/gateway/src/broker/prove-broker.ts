import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { topicOf } from '@bootfleet/contracts'
import type { MqttClient } from './mqtt-client.ts'

/** No device has this id: devices are named by UUIDs. */
export const selfTestDevice = 'bootfleet-selftest'

const proofMs = 5_000

/** Messages of the proof that have come. */
export interface ProofInbox {
  readonly seen: Set<string>
}

/**
 * Sends itself a message through a shared subscription and one as to a device. Brokers exist that grant a subscription
 * and deliver nothing, and that acknowledge what they then drop. Throws what does not work.
 */
export async function proveBroker(client: MqttClient, inbox: ProofInbox, owner: string): Promise<void> {
  const [up, down] = [topicOf(selfTestDevice, 'up/hello'), topicOf(selfTestDevice, 'dn/ctl')]
  await client.subscribe([`$share/bootfleet-selftest-${owner}/${up}`, down])
  const proof = randomUUID()
  await client.publish(up, `${proof}-up`)
  await client.publish(down, `${proof}-down`)
  const deadline = performance.now() + proofMs
  while (performance.now() < deadline) {
    if (inbox.seen.has(`${proof}-up`) && inbox.seen.has(`${proof}-down`)) return
    await delay(20)
  }
  if (!inbox.seen.has(`${proof}-up`))
    throw new Error(
      'The broker takes shared subscriptions ($share) and delivers nothing to them, or forbids this gateway to read ' +
        'bf/v1/+/up/+. Use a broker that has them (Mosquitto, EMQX, HiveMQ) and check its access rules.',
    )
  throw new Error('The broker drops what this gateway sends to devices. Let it write bf/v1/+/dn/+.')
}
