import type { Command } from 'commander'
import type { Channel } from '@bootfleet/contracts'
import { openSession, type Cli } from '../cli.ts'
import { releaseName } from '../output/rollout-text.ts'
import { renderTable } from '../output/table.ts'
import { noteMore, parseCount, readPages } from '../read-pages.ts'

interface CreateOptions {
  readonly repository: string
  readonly description?: string
  readonly policy?: string
}

const columns = [
  { title: 'NAME', value: ({ name }: Channel) => name, shrinkTo: 16 },
  { title: 'CURRENT', value: ({ current }: Channel) => (current ? releaseName(current) : '-'), shrinkTo: 10 },
  { title: 'POLICY', value: ({ defaultPolicy }: Channel) => defaultPolicy?.name ?? '-', shrinkTo: 8 },
  { title: 'REPOSITORY', value: ({ repository }: Channel) => repository, shrinkTo: 16 },
]

/** `bootfleet channels list|create`. */
export function addChannels(program: Command, cli: Cli): void {
  const channels = program.command('channels').description('named streams of releases')
  addList(channels, cli)
  addCreate(channels, cli)
}

function addList(channels: Command, cli: Cli): void {
  const command = channels
    .command('list', { isDefault: true })
    .description('list channels and the release that is current on each')
    .option('--limit <count>', 'at most so many', parseCount, 200)
  command.action(async ({ limit }: { limit: number }) => {
    const { client, output } = await openSession(cli, command)
    const page = await readPages((query) => client.channels.list({ query }), limit)
    output.result(page, () =>
      page.items.length === 0
        ? ['No channels. Create one: bootfleet channels create NAME --repository REGISTRY/REPOSITORY']
        : renderTable(columns, page.items, { width: output.width(), paint: output.paint }),
    )
    noteMore(output, page)
  })
}

function addCreate(channels: Command, cli: Cli): void {
  const command = channels
    .command('create')
    .description('create a channel for the images of one repository')
    .argument('<name>')
    .requiredOption('--repository <repository>', 'REGISTRY/REPOSITORY of its images, without a tag')
    .option('--description <text>')
    .option('--policy <policy>', 'default policy of its rollouts')
  command.action(async (name: string, { repository, description, policy }: CreateOptions) => {
    const { client, output } = await openSession(cli, command)
    const channel = await client.channels.create({ body: { name, repository, description, defaultPolicy: policy } })
    output.result(channel, () => [`Created channel ${channel.name} for ${channel.repository}.`])
    output.note(`Have a group follow it: bootfleet groups update GROUP --channel ${channel.name}`)
  })
}
