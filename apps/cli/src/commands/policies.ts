import type { Command } from 'commander'
import type { Policy, PolicyVersion } from '@bootfleet/contracts'
import { openSession, type Cli } from '../cli.ts'
import { formatAge } from '../duration.ts'
import { paragraph } from '../output/output.ts'
import { recipeLines } from '../output/policy-lines.ts'
import { renderTable } from '../output/table.ts'
import { plain } from '../output/text.ts'
import { noteMore, parseCount, readPages } from '../read-pages.ts'
import { addApplyPolicy } from './policies-apply.ts'

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

/** `bootfleet policies list|show|apply|versions|delete`: the recipes of rollouts. */
export function addPolicies(program: Command, cli: Cli): void {
  const policies = program.command('policies').description('recipes of rollouts')
  addList(policies, cli)
  addShow(policies, cli)
  addApplyPolicy(policies, cli)
  addVersions(policies, cli)
  addDelete(policies, cli)
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

function addShow(policies: Command, cli: Cli): void {
  const command = policies
    .command('show')
    .description('one policy in words; with --json as "policies apply" takes it')
    .argument('<policy>', 'name or id')
  command.action(async (key: string) => {
    const { client, output } = await openSession(cli, command)
    const policy = await client.policies.get({ params: { policy: key } })
    output.result(policy, () => [
      `${output.paint('bold', policy.name)}, version ${policy.version}`,
      ...(policy.description === '' ? [] : paragraph(output, plain(policy.description))),
      '',
      ...recipeLines(policy.spec, output),
    ])
  })
}

function addDelete(policies: Command, cli: Cli): void {
  const command = policies
    .command('delete')
    .description('delete a policy; channels that name it have no default then, rollouts keep their copy')
    .argument('<policy>', 'name or id')
  command.action(async (key: string) => {
    const { client, output } = await openSession(cli, command)
    await client.policies.remove({ params: { policy: key } })
    output.result({ deleted: key }, () => [`Deleted policy ${key}.`])
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
