import { Option, type Command } from 'commander'
import type { Rollout } from '@bootfleet/contracts'
import { rolloutStates, type RolloutState } from '@bootfleet/domain'
import { openSession, type Cli } from '../cli.ts'
import { formatAge } from '../duration.ts'
import { toneOf } from '../output/paint.ts'
import { failuresOf, titleOf } from '../output/rollout-text.ts'
import { renderTable } from '../output/table.ts'
import { inWords } from '../output/text.ts'
import { noteMore, parseCount, readPages } from '../read-pages.ts'

interface ListOptions {
  readonly channel?: string
  readonly state?: RolloutState
  readonly limit: number
}

const columns = [
  { title: 'ID', value: ({ id }: Rollout) => id },
  { title: 'STATE', value: ({ state }: Rollout) => inWords(state), tone: ({ state }: Rollout) => toneOf(state) },
  {
    title: 'DONE',
    value: ({ counts, eligible }: Rollout) => `${counts.succeeded}/${eligible ?? '-'}`,
    align: 'right' as const,
  },
  { title: 'FAILED', value: ({ counts }: Rollout) => String(failuresOf(counts)), align: 'right' as const },
  { title: 'RELEASE', value: titleOf, shrinkTo: 6 },
  { title: 'CREATED', value: ({ createdAt }: Rollout) => formatAge(createdAt, Date.now()), shrinkTo: 6 },
]

/** `bootfleet rollouts list`. */
export function addRolloutsList(rollouts: Command, cli: Cli): void {
  const command = rollouts
    .command('list', { isDefault: true })
    .description('list rollouts, the newest first')
    .option('--channel <channel>')
    .addOption(new Option('--state <state>').choices(rolloutStates))
    .option('--limit <count>', 'at most so many', parseCount, 20)
  command.action(async ({ limit, ...filter }: ListOptions) => {
    const { client, output } = await openSession(cli, command)
    const page = await readPages((query) => client.rollouts.list({ query: { ...filter, ...query } }), limit)
    output.result(page, () =>
      page.items.length === 0
        ? ['No rollouts.']
        : renderTable(columns, page.items, { width: output.width(), paint: output.paint }),
    )
    noteMore(output, page)
  })
}
