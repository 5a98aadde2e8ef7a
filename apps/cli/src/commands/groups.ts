import type { Command } from 'commander'
import type { Group } from '@bootfleet/contracts'
import { openSession, type Cli } from '../cli.ts'
import { fieldLines } from '../output/fields.ts'
import { budgetText, groupFields, usageFields } from '../output/group-text.ts'
import { renderTable } from '../output/table.ts'
import { noteMore, parseCount, readPages } from '../read-pages.ts'
import { addCreateGroup, addUpdateGroup } from './groups-update.ts'

const columns = [
  { title: 'NAME', value: ({ name }: Group) => name, shrinkTo: 16 },
  { title: 'DEVICES', value: ({ devices }: Group) => String(devices), align: 'right' as const },
  { title: 'CHANNEL', value: ({ channel }: Group) => channel?.name ?? '-', shrinkTo: 12 },
  { title: 'UNAVAILABLE', value: ({ budget }: Group) => budgetText(budget), shrinkTo: 11 },
  { title: 'WINDOWS', value: ({ windows }: Group) => (windows.length === 0 ? '-' : String(windows.length)) },
  { title: 'FROZEN', value: ({ freeze }: Group) => freeze?.reason ?? '-', shrinkTo: 6 },
]

/** `bootfleet groups list|show|create|update|delete`: which channel a group follows, its budget and its windows. */
export function addGroups(program: Command, cli: Cli): void {
  const groups = program.command('groups').description('sets of devices that follow one channel')
  addList(groups, cli)
  addShow(groups, cli)
  addCreateGroup(groups, cli)
  addUpdateGroup(groups, cli)
  addDelete(groups, cli)
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

function addShow(groups: Command, cli: Cli): void {
  const command = groups
    .command('show')
    .description('one group with its budget, windows and blackouts, as "groups update" takes them')
    .argument('<group>', 'name or id')
  command.action(async (key: string) => {
    const { client, output } = await openSession(cli, command)
    const params = { group: key }
    const [group, usage] = await Promise.all([client.groups.get({ params }), client.groups.usage({ params })])
    output.result({ ...group, usage }, () => fieldLines([...groupFields(group), ...usageFields(usage)], output))
  })
}

function addDelete(groups: Command, cli: Cli): void {
  const command = groups
    .command('delete')
    .description('delete a group that has no devices')
    .argument('<group>', 'name or id')
  command.action(async (key: string) => {
    const { client, output } = await openSession(cli, command)
    await client.groups.remove({ params: { group: key } })
    output.result({ deleted: key }, () => [`Deleted group ${key}.`])
  })
}
