import type { Command } from 'commander'
import { Budget, type Blackout, type Window } from '@bootfleet/contracts'
import { openSession, type Cli } from '../cli.ts'
import { CliError } from '../failure.ts'
import { addBlackout, addWindow, parseShare, type Share } from '../group-rules.ts'
import { mayBeDown } from '../output/may-be-down.ts'
import { parseCount } from '../read-pages.ts'

/** What `--no-…` sets is false. */
interface RuleOptions {
  readonly description?: string
  readonly channel?: string | false
  readonly maxUnavailable?: Share
  readonly groupBy?: string | false
  readonly maxUnavailablePerValue?: Share
  readonly maxDownloading?: number
  readonly window?: Window[] | false
  readonly blackout?: Blackout[] | false
}

/** `bootfleet groups create`. */
export function addCreateGroup(groups: Command, cli: Cli): void {
  const command = addRuleOptions(groups.command('create').description('make a group').argument('<name>'))
  command.action(async (name: string, options: RuleOptions) => {
    const { client, output } = await openSession(cli, command)
    const budget = hasBudget(options) ? budgetOf(Budget.parse({}), options) : undefined
    const group = await client.groups.create({ body: { name, ...bodyOf(options), budget } })
    output.result(group, () => [`Created group ${group.name}. ${mayBeDown(group, Date.now())}`])
  })
}

/** `bootfleet groups update`: which channel a group follows, its budget, and when its devices may apply. */
export function addUpdateGroup(groups: Command, cli: Cli): void {
  const command = addRuleOptions(
    groups
      .command('update')
      .description('change what is given; rollouts under way follow it at once')
      .argument('<group>'),
  ).option('--name <name>', 'rename it')
  command.action(async (key: string, { name, ...options }: RuleOptions & { name?: string }) => {
    if (Object.keys(options).length === 0 && name === undefined)
      throw new CliError('usage', 'Say what to change, such as --channel, --max-unavailable or --window; see --help.')
    const { client, output } = await openSession(cli, command)
    const params = { group: key }
    // A budget is replaced as a whole: what is not given here stays as it is.
    const budget = hasBudget(options) ? budgetOf((await client.groups.get({ params })).budget, options) : undefined
    const group = await client.groups.update({ params, body: { name, ...bodyOf(options), budget } })
    output.result(group, () => [
      `Group ${group.name} follows ${group.channel?.name ?? 'no channel'}. ${mayBeDown(group, Date.now())}`,
    ])
  })
}

function addRuleOptions(command: Command): Command {
  return command
    .option('--description <text>')
    .option('--channel <channel>', 'channel to follow')
    .option('--no-channel')
    .option('--max-unavailable <share>', 'devices that may be down at the same time: 5, or 10%', parseShare)
    .option('--group-by <label>', 'also count devices that are down by the value of this label, such as site')
    .option('--no-group-by')
    .option('--max-unavailable-per-value <share>', 'devices of each value that may be down: 1, or 10%', parseShare)
    .option('--max-downloading <count>', 'devices that may download at the same time', parseCount)
    .option(
      '--window <window>',
      '"mon-fri 22:00-04:00 Europe/Berlin", "cron 0 2 * * 6 for 3h UTC"; repeat it',
      addWindow,
    )
    .option('--no-window', 'devices may apply at any time outside blackouts')
    .option('--blackout <range>', '"2026-12-20..2027-01-03 Christmas sale"; can be repeated', addBlackout)
    .option('--no-blackout')
}

function bodyOf({ description, channel, window, blackout }: RuleOptions) {
  return {
    description,
    channel: channel === false ? null : channel,
    windows: window === false ? [] : window,
    blackouts: blackout === false ? [] : blackout,
  }
}

function hasBudget(options: RuleOptions): boolean {
  const { maxUnavailable, groupBy, maxUnavailablePerValue, maxDownloading } = options
  return [maxUnavailable, groupBy, maxUnavailablePerValue, maxDownloading].some((value) => value !== undefined)
}

function budgetOf(budget: Budget, options: RuleOptions): Budget {
  const { groupBy, maxUnavailable, maxUnavailablePerValue, maxDownloading } = options
  const { groupBy: _label, maxUnavailablePerValue: _share, ...overall } = budget
  return {
    ...(groupBy === false ? overall : budget),
    ...(maxUnavailable && { maxUnavailable }),
    ...(groupBy && { groupBy }),
    ...(maxUnavailablePerValue && { maxUnavailablePerValue }),
    ...(maxDownloading && { maxDownloading }),
  }
}
