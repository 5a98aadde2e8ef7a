import type { Command } from 'commander'
import type { Rollout } from '@bootfleet/contracts'
import { openSession, type Cli } from '../cli.ts'
import { rolloutId } from '../find-rollout.ts'
import { titleOf, waveState } from '../output/rollout-text.ts'
import { parseCount } from '../read-pages.ts'

/** `bootfleet rollouts promote`: opens the wave that was next when it was asked, so that two people do not open two. */
export function addRolloutsPromote(rollouts: Command, cli: Cli): void {
  const command = rollouts
    .command('promote')
    .description('open the next wave now')
    .argument('<rollout>', 'id')
    .option('--wave <number>', 'the wave that is meant, as "rollouts show" numbers them: 1 is the first', parseCount)
  command.action(async (key: string, { wave }: { wave?: number }) => {
    const { client, output } = await openSession(cli, command)
    const params = { rollout: rolloutId(key) }
    const meant = wave === undefined ? nextWave(await client.rollouts.get({ params })) : wave - 1
    const rollout = await client.rollouts.promote({ params, body: { wave: meant } })
    output.result(rollout, () => answer(rollout, meant))
  })
}

/** Index of the wave that opens next; `undefined` where all are open, and devices converge at most. */
function nextWave({ waves }: Rollout): number | undefined {
  return waves.find(({ state }) => state === 'pending')?.index
}

function answer(rollout: Rollout, meant: number | undefined): string[] {
  const wave = rollout.waves.find(({ index }) => index === meant)
  if (!wave) return [rollout.because.message]
  const number = wave.index + 1
  const name = `Wave ${number} "${wave.name}" of ${titleOf(rollout)}`
  return wave.state === 'pending'
    ? [`${name} ${waveState(wave)}:`, `  bootfleet rollouts approve ${rollout.id} --wave ${number}`]
    : [`${name} is ${wave.state}.`]
}
