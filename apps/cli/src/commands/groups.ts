import { InvalidArgumentError, type Command } from 'commander'
import type { Group } from '@bootfleet/contracts'
import { openSession, type Cli } from '../cli.ts'
import { CliError } from '../failure.ts'
import { renderTable } from '../output/table.ts'
import { noteMore, parseCount, readPages } from '../read-pages.ts'

type Share = Group['budget']['maxUnavailable']

interface UpdateOptions {
  readonly channel?: string
  readonly maxUnavailable?: Share
  readonly groupBy?: string
  readonly maxUnavailablePerValue?: Share
}

const columns = [
  { title: 'NAME', value: ({ name }: Group) => name, shrinkTo: 16 },
  { title: 'DEVICES', value: ({ devices }: Group) => String(devices), align: 'right' as const },
  { title: 'CHANNEL', value: ({ channel }: Group) => channel?.name ?? '-', shrinkTo: 12 },
  { title: 'UNAVAILABLE', value: ({ budget }: Group) => budgetText(budget) },
  { title: 'FROZEN', value: ({ freeze }: Group) => freeze?.reason ?? '-', shrinkTo: 6 },
]

/** `bootfleet groups list|update`: which channel a group follows, and its budget. */
export function addGroups(program: Command, cli: Cli): void {
  const groups = program.command('groups').description('sets of devices that follow one channel')
  addList(groups, cli)
  addUpdate(groups, cli)
}

function addList(groups: Command, cli: Cli): void {
  const command = groups
    .command('list', { isDefault: true })
    .description('list groups, their channels and budgets')
    .option('--limit <count>', 'at most so many', parseCount, 200)
  command.action(async ({ limit }: { limit: number }) => {
    const { client, output } = await openSession(cli, command)
    const page = await readPages((query) => client.groups.list({ query }), limit)
    output.result(page, () => renderTable(columns, page.items, { width: output.width(), paint: output.paint }))
    noteMore(output, page)
  })
}

function addUpdate(groups: Command, cli: Cli): void {
  const command = groups
    .command('update')
    .description('have a group follow a channel, or change its budget')
    .argument('<group>')
    .option('--channel <channel>', 'channel to follow')
    .option('--max-unavailable <share>', 'devices that may be down at the same time: 5, or 10%', parseShare)
    .option('--group-by <label>', 'also count devices that are down by the value of this label, such as site')
    .option('--max-unavailable-per-value <share>', 'devices of each value that may be down: 1, or 10%', parseShare)
  command.action(async (name: string, { channel, ...given }: UpdateOptions) => {
    const changed = Object.keys(given).length > 0
    if (channel === undefined && !changed)
      throw new CliError('usage', 'Say what to change: --channel, --max-unavailable or --group-by.')
    const { client, output } = await openSession(cli, command)
    const params = { group: name }
    // A budget is replaced as a whole: what is not given here stays as it is.
    const budget = changed ? { ...(await client.groups.get({ params })).budget, ...given } : undefined
    const group = await client.groups.update({ params, body: { channel, budget } })
    output.result(group, () => [
      `Group ${group.name} follows ${group.channel?.name ?? 'no channel'}; ` +
        `at most ${budgetText(group.budget)} of its devices may be down at the same time.`,
    ])
  })
}

function parseShare(text: string): Share {
  const [, digits, percent] = /^(\d{1,7})(%?)$/.exec(text) ?? []
  const number = Number(digits)
  if (number >= 1 && percent === '') return { count: number }
  if (number >= 1 && number <= 100) return { percent: number }
  throw new InvalidArgumentError('It must be a count such as 5 or a percentage such as 10%.')
}

function budgetText({ maxUnavailable, groupBy, maxUnavailablePerValue = maxUnavailable }: Group['budget']): string {
  const overall = shareText(maxUnavailable)
  return groupBy === undefined ? overall : `${overall}, ${shareText(maxUnavailablePerValue)} per ${groupBy}`
}

function shareText(share: Share): string {
  return 'count' in share ? String(share.count) : `${share.percent}%`
}
