import { Option, type Command } from 'commander'
import { openSession, type Cli } from '../cli.ts'
import { rolloutId } from '../find-rollout.ts'
import { inWords } from '../output/text.ts'

const choices = { continue: 'continue', 'retry-failed': 'retry_failed', 'roll-back': 'roll_back' } as const

/** `bootfleet rollouts resume`. */
export function addRolloutsResume(rollouts: Command, cli: Cli): void {
  const command = rollouts
    .command('resume')
    .description('go on with a paused rollout')
    .argument('<rollout>', 'id')
    .addOption(
      new Option(
        '--choice <choice>',
        'after a gate tripped: without the failed devices, with another try, or back',
      ).choices(['continue', 'retry-failed', 'roll-back']),
    )
  command.action(async (key: string, { choice }: { choice?: keyof typeof choices }) => {
    const { client, output } = await openSession(cli, command)
    const body = choice && { choice: choices[choice] }
    const rollout = await client.rollouts.resume({ params: { rollout: rolloutId(key) }, body })
    output.result(rollout, () => [`Rollout ${rollout.id} is ${inWords(rollout.state)}.`])
    output.note(`Watch it: bootfleet rollouts watch ${rollout.id}`)
  })
}
