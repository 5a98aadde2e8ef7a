import type { Command } from 'commander'
import { openSession, type Cli } from '../cli.ts'
import { findRollout } from '../find-rollout.ts'
import { explanationLines } from '../output/explanation.ts'

/** `bootfleet rollouts explain`. */
export function addRolloutsExplain(rollouts: Command, cli: Cli): void {
  const command = rollouts
    .command('explain')
    .description('say what a rollout waits for')
    .argument('[rollout]', 'id', 'latest')
  command.action(async (key: string) => {
    const { client, output } = await openSession(cli, command)
    const explanation = await client.rollouts.explain({ params: { rollout: await findRollout(client, key) } })
    output.result(explanation, () => explanationLines(explanation, output))
  })
}
