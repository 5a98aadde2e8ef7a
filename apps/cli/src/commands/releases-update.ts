import type { Command } from 'commander'
import type { Release } from '@bootfleet/contracts'
import { openSession, type Cli } from '../cli.ts'
import { CliError } from '../failure.ts'
import { releaseName } from '../output/rollout-text.ts'

interface UpdateOptions {
  readonly as?: string
  readonly notes?: string
  readonly barrier?: boolean
  /** False: it is none any more. */
  readonly deadEnd?: string | false
  readonly mayLeave?: boolean
  readonly minimumFrom?: string | false
}

/** `bootfleet releases update`: its name, its notes and its place in the update graph. */
export function addUpdateRelease(releases: Command, cli: Cli): void {
  const command = releases
    .command('update')
    .description('change version, notes, or what must be booted before and after a release')
    .argument('<release>', 'its id')
    .option('--as <version>')
    .option('--notes <text>')
    .option('--barrier', 'must be booted before anything newer')
    .option('--no-barrier')
    .option('--dead-end <reason>', 'offer it to nobody any more; devices on it stay')
    .option('--may-leave', 'with --dead-end: devices on it may go on to newer releases')
    .option('--no-dead-end')
    .option('--minimum-from <release>', 'only devices on this release or a newer one may take it')
    .option('--no-minimum-from')
  command.action(async (id: string, options: UpdateOptions) => {
    const body = bodyOf(options)
    if (Object.keys(body).length === 0) throw new CliError('usage', 'Say what to change; see --help.')
    const { client, output } = await openSession(cli, command)
    const release = await client.releases.update({ params: { id }, body })
    const graph = graphText(release)
    output.result(release, () => [
      `Updated release ${releaseName(release)} of ${release.channel.name}${graph && `: ${graph}`}.`,
    ])
    output.note('Rollouts under way take it into account for devices that have no grant yet.')
  })
}

function bodyOf({ as: version, notes, barrier, deadEnd: reason, mayLeave = false, minimumFrom }: UpdateOptions) {
  return {
    ...(version !== undefined && { version }),
    ...(notes !== undefined && { notes }),
    ...(barrier !== undefined && { barrier }),
    ...(reason !== undefined && { deadEnd: reason === false ? null : { reason, mayLeave } }),
    ...(minimumFrom !== undefined && { minimumFrom: minimumFrom === false ? null : minimumFrom }),
  }
}

/** What the update graph knows of a release, in a few words; empty when that is nothing. */
export function graphText({
  barrier,
  deadEnd,
  minimumFrom,
}: Pick<Release, 'barrier' | 'deadEnd' | 'minimumFrom'>): string {
  const parts = [
    ...(barrier ? ['barrier'] : []),
    ...(deadEnd ? [deadEnd.mayLeave ? 'dead end that may be left' : 'dead end'] : []),
    ...(minimumFrom ? [`from ${minimumFrom.name} on`] : []),
  ]
  return parts.join(', ')
}
