import type { Command } from 'commander'
import { openSession, type Cli } from '../cli.ts'

interface Where {
  readonly group?: string
}

/** `bootfleet freeze` and `bootfleet unfreeze`: nothing is granted from that second on, everywhere or in one group. */
export function addFreeze(program: Command, cli: Cli): void {
  const freeze = program
    .command('freeze')
    .description('grant nothing from now on; devices that reboot already are followed to the end')
    .requiredOption('--reason <text>', 'why; everybody who waits reads it')
    .option('--group <group>', 'only in this group; without it, in the whole organization')
  freeze.action(async ({ reason, group }: Where & { reason: string }) => {
    const { client, output } = await openSession(cli, freeze)
    const body = { reason }
    const frozen = await (group === undefined
      ? client.freeze.start({ body })
      : client.freeze.startGroup({ params: { group }, body }))
    const lift = group === undefined ? 'bootfleet unfreeze' : `bootfleet unfreeze --group ${group}`
    output.result(frozen, () => [`Nothing is granted ${place(group)} since ${frozen.since}. Lift it: ${lift}`])
  })

  const unfreeze = program
    .command('unfreeze')
    .description('lift a freeze: devices are granted their reboots again')
    .option('--group <group>', 'that of this group; without it, that of the whole organization')
  unfreeze.action(async ({ group }: Where) => {
    const { client, output } = await openSession(cli, unfreeze)
    await (group === undefined ? client.freeze.end() : client.freeze.endGroup({ params: { group } }))
    output.result({ frozen: false }, () => [`The freeze ${place(group)} is lifted.`])
  })
}

function place(group: string | undefined): string {
  return group === undefined ? 'in the organization' : `in group ${group}`
}
