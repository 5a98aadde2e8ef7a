import type { Command } from 'commander'
import { openSession, type Cli } from '../cli.ts'
import { rolloutId } from '../find-rollout.ts'
import { titleOf } from '../output/rollout-text.ts'

/** `bootfleet rollouts reject`: says no to a rollout that waits for approvals. */
export function addRolloutsReject(rollouts: Command, cli: Cli): void {
  const command = rollouts
    .command('reject')
    .description('refuse that a rollout starts, where it waits for approvals; it is aborted')
    .argument('<rollout>', 'id')
    .requiredOption('--reason <text>', 'why; everybody who looks at the rollout reads it')
  command.action(async (key: string, { reason }: { reason: string }) => {
    const { client, output } = await openSession(cli, command)
    const rollout = await client.rollouts.reject({ params: { rollout: rolloutId(key) }, body: { reason } })
    output.result(rollout, () => [`Rejected ${titleOf(rollout)}: it is aborted.`])
  })
}
