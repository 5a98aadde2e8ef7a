import type { Command } from 'commander'
import type { Policy, PolicyVersion } from '@bootfleet/contracts'
import { openSession, type Cli } from '../cli.ts'
import { formatAge } from '../duration.ts'
import { renderTable } from '../output/table.ts'
import { noteMore, parseCount, readPages } from '../read-pages.ts'

const columns = [
  { title: 'NAME', value: ({ name }: Policy) => name, shrinkTo: 16 },
  { title: 'VERSION', value: ({ version }: Policy) => String(version), align: 'right' as const },
  {
    title: 'WAVES',
    value: ({ spec }: Policy) => [...spec.waves, spec.rest].map(({ name }) => name).join(', '),
    shrinkTo: 12,
  },
  { title: 'APPROVALS', value: ({ spec }: Policy) => String(spec.approvals), align: 'right' as const },
  { title: 'CHANGED', value: ({ updatedAt }: Policy) => formatAge(updatedAt, Date.now()), shrinkTo: 6 },
]

const versionColumns = [
  { title: 'VERSION', value: ({ version }: PolicyVersion) => String(version), align: 'right' as const },
  { title: 'MADE', value: ({ createdAt }: PolicyVersion) => formatAge(createdAt, Date.now()) },
  { title: 'BY', value: ({ createdBy }: PolicyVersion) => createdBy || '-', shrinkTo: 8 },
  { title: 'RECIPE', value: ({ spec }: PolicyVersion) => JSON.stringify(spec), shrinkTo: 20 },
]

/** `bootfleet policies list|versions`: the recipes of rollouts. */
export function addPolicies(program: Command, cli: Cli): void {
  const policies = program.command('policies').description('recipes of rollouts')
  addList(policies, cli)
  addVersions(policies, cli)
}

function addList(policies: Command, cli: Cli): void {
  const command = policies
    .command('list', { isDefault: true })
    .description('list policies and their versions; --json shows them whole')
    .option('--limit <count>', 'at most so many', parseCount, 200)
  command.action(async ({ limit }: { limit: number }) => {
    const { client, output } = await openSession(cli, command)
    const page = await readPages((query) => client.policies.list({ query }), limit)
    output.result(page, () => renderTable(columns, page.items, { width: output.width(), paint: output.paint }))
    noteMore(output, page)
  })
}

function addVersions(policies: Command, cli: Cli): void {
  const command = policies
    .command('versions')
    .description('list what a policy was, the newest first')
    .argument('<policy>', 'name or id')
    .option('--limit <count>', 'at most so many', parseCount, 20)
  command.action(async (policy: string, { limit }: { limit: number }) => {
    const { client, output } = await openSession(cli, command)
    const page = await readPages((query) => client.policies.versions({ params: { policy }, query }), limit)
    output.result(page, () => renderTable(versionColumns, page.items, { width: output.width(), paint: output.paint }))
    noteMore(output, page)
  })
}
