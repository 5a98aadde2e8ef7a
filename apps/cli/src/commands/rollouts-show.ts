import type { Command } from 'commander'
import { openSession, type Cli } from '../cli.ts'
import { findRollout } from '../find-rollout.ts'
import { createDeviceNames } from '../watch/device-names.ts'
import { withDevices } from '../watch/rollout-viewer.ts'
import { rolloutFrame } from '../output/rollout-frame.ts'

const shownEvents = 10

/** `bootfleet rollouts show`: a rollout as it is now. */
export function addRolloutsShow(rollouts: Command, cli: Cli): void {
  const command = rollouts.command('show').description('show a rollout').argument('[rollout]', 'id', 'latest')
  command.action(async (key: string) => {
    const { client, output } = await openSession(cli, command)
    const params = { rollout: await findRollout(client, key) }
    const rollout = await client.rollouts.get({ params })
    if (output.json) {
      output.result(rollout, () => [])
      return
    }
    const { items } = await client.rollouts.events({ params, query: { limit: shownEvents } })
    const events = await withDevices(items.toReversed(), createDeviceNames(client))
    const width = output.width() === Infinity ? 100 : output.width()
    const lines = rolloutFrame({ rollout, events, now: Date.now(), width, height: Infinity, paint: output.paint })
    output.result(rollout, () => lines)
  })
}
