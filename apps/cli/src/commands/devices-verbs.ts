import type { Command } from 'commander'
import type { Device } from '@bootfleet/contracts'
import type { Client } from '@bootfleet/sdk'
import { openSession, type Cli } from '../cli.ts'
import { findDevice } from '../find-device.ts'

interface Verb {
  readonly description: string
  readonly call: (client: Client, id: string) => Promise<Device>
  readonly said: string
}

/** Verbs that need nothing but the device. */
const verbs: Readonly<Record<string, Verb>> = {
  retry: {
    description: 'try its failed target again; give a device that was ahead of the server images again',
    call: (client, id) => client.devices.retry({ params: { id } }),
    said: 'is tried again',
  },
  unpin: {
    description: 'let it take part in all rollouts of its channel again',
    call: (client, id) => client.devices.unpin({ params: { id } }),
    said: 'is not pinned',
  },
  unquarantine: {
    description: 'offer it the images again that it fell back from',
    call: (client, id) => client.devices.unquarantine({ params: { id } }),
    said: 'has no quarantined image any more',
  },
  reboot: {
    description: 'reboot it now',
    call: (client, id) => client.devices.reboot({ params: { id } }),
    said: 'is told to reboot',
  },
  'collect-logs': {
    description: 'have it send its logs',
    call: (client, id) => client.devices.collectLogs({ params: { id } }),
    said: 'is asked for its logs',
  },
}

/** `bootfleet devices retry|pin|unpin|unquarantine|reboot|collect-logs`. */
export function addDeviceVerbs(devices: Command, cli: Cli): void {
  for (const [name, { description, call, said }] of Object.entries(verbs)) {
    const command = devices.command(name).description(description).argument('<device>', 'name or id')
    command.action(async (key: string) => {
      const { client, output } = await openSession(cli, command)
      const device = await call(client, (await findDevice(client, key)).id)
      output.result(device, () => [`${device.name} ${said}.`])
    })
  }
  addPin(devices, cli)
}

function addPin(devices: Command, cli: Cli): void {
  const command = devices
    .command('pin')
    .description('keep it out of the rollouts of every other release')
    .argument('<device>', 'name or id')
    .argument('<release>', 'id')
  command.action(async (key: string, release: string) => {
    const { client, output } = await openSession(cli, command)
    const { id } = await findDevice(client, key)
    const device = await client.devices.pin({ params: { id }, body: { release } })
    output.result(device, () => [`${device.name} is pinned: rollouts of other releases leave it out.`])
  })
}
