import type { Command } from 'commander'
import { openSession, type Cli } from '../cli.ts'
import { parseInstant } from '../duration.ts'
import { rolloutId } from '../find-rollout.ts'
import { titleOf } from '../output/rollout-text.ts'
import { inWords } from '../output/text.ts'

/** `bootfleet rollouts schedule`: gives a rollout that has not begun a start time, another one, or none. */
export function addRolloutsSchedule(rollouts: Command, cli: Cli): void {
  const command = rollouts
    .command('schedule')
    .description('have a draft start at a time, change that time, or make it a draft again')
    .argument('<rollout>', 'id')
    .requiredOption('--at <when>', 'a time, 2h for in two hours, or draft for not by itself')
  command.action(async (key: string, { at }: { at: string }) => {
    const startAt = at === 'draft' ? null : parseInstant('--at', at, Date.now())
    const { client, output } = await openSession(cli, command)
    const rollout = await client.rollouts.schedule({ params: { rollout: rolloutId(key) }, body: { startAt } })
    output.result(rollout, () => [`${titleOf(rollout)} is ${inWords(rollout.state)}.`, rollout.because.message])
  })
}
