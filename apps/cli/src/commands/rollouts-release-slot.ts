import type { Command } from 'commander'
import { openSession, type Cli } from '../cli.ts'
import { findDevice } from '../find-device.ts'
import { rolloutId } from '../find-rollout.ts'

/** `bootfleet rollouts release-slot`: the one way in which a dead device gives its place in the budget back. */
export function addReleaseSlot(rollouts: Command, cli: Cli): void {
  const command = rollouts
    .command('release-slot')
    .description('free the slot of a device that will not come back')
    .argument('<rollout>', 'id')
    .argument('<device>', 'name, hardware id or id')
  command.action(async (key: string, deviceKey: string) => {
    const { client, output } = await openSession(cli, command)
    const device = await findDevice(client, deviceKey)
    const params = { rollout: rolloutId(key) }
    const rollout = await client.rollouts.releaseSlot({ params, body: { device: device.id } })
    output.result(rollout, () => [`The slot of ${device.name} is free.`])
  })
}
