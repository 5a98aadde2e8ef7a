import { Option, type Command } from 'commander'
import { openSession, type Cli } from '../cli.ts'
import { rolloutId } from '../find-rollout.ts'
import { inWords } from '../output/text.ts'

/** `bootfleet rollouts resume`. */
export function addRolloutsResume(rollouts: Command, cli: Cli): void {
  const command = rollouts
    .command('resume')
    .description('go on with a paused rollout')
    .argument('<rollout>', 'id')
    .addOption(
      new Option('--choice <choice>', 'after a gate tripped: without the failed devices, or with another try').choices([
        'continue',
        'retry-failed',
      ]),
    )
  command.action(async (key: string, { choice }: { choice?: 'continue' | 'retry-failed' }) => {
    const { client, output } = await openSession(cli, command)
    const body = { choice: choice === 'retry-failed' ? ('retry_failed' as const) : choice }
    const rollout = await client.rollouts.resume({ params: { rollout: rolloutId(key) }, body })
    output.result(rollout, () => [`Rollout ${rollout.id} is ${inWords(rollout.state)}.`])
    output.note(`Watch it: bootfleet rollouts watch ${rollout.id}`)
  })
}
