import type { Command } from 'commander'
import type { Rollout } from '@bootfleet/contracts'
import { openSession, type Cli } from '../cli.ts'
import { rolloutId } from '../find-rollout.ts'
import { titleOf } from '../output/rollout-text.ts'
import { parseCount } from '../read-pages.ts'

/** `bootfleet rollouts approve`: that a rollout starts or, with `--wave`, that a manual wave opens. */
export function addRolloutsApprove(rollouts: Command, cli: Cli): void {
  const command = rollouts
    .command('approve')
    .description('approve that a rollout starts, or that a manual wave of it opens; not for who created it')
    .argument('<rollout>', 'id')
    .option('--wave <number>', 'the wave that waits, as "rollouts show" numbers them: 1 is the first', parseCount)
    .option('--seen <name>', 'approve only what the answer of the API called by this name in approvals.seen')
  command.action(async (key: string, { wave, seen }: { wave?: number; seen?: string }) => {
    const { client, output } = await openSession(cli, command)
    const params = { rollout: rolloutId(key) }
    const body = { wave: wave === undefined ? undefined : wave - 1, seen }
    const rollout = await client.rollouts.approve({ params, body })
    output.result(rollout, () => [answer(rollout, wave), rollout.because.message])
    output.note(`Watch it: bootfleet rollouts watch ${rollout.id}`)
  })
}

function answer(rollout: Rollout, wave: number | undefined): string {
  const { given, required } = rollout.approvals
  if (wave !== undefined) return `Approved wave ${wave} of ${titleOf(rollout)}.`
  return `Approved ${titleOf(rollout)}: ${given} of ${required}.`
}
