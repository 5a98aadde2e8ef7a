import type { Command } from 'commander'
import type { Release } from '@bootfleet/contracts'
import { openSession, type Cli } from '../cli.ts'
import { formatAge } from '../duration.ts'
import { formatBytes } from '../output/bytes.ts'
import { releaseName } from '../output/rollout-text.ts'
import { renderTable } from '../output/table.ts'
import { noteMore, parseCount, readPages } from '../read-pages.ts'
import { addUpdateRelease, graphText } from './releases-update.ts'

interface CreateOptions {
  readonly channel: string
  readonly as?: string
  readonly notes?: string
  readonly barrier?: boolean
  readonly minimumFrom?: string
}

interface ListOptions {
  readonly channel: string
  readonly limit: number
}

const columns = [
  { title: 'ID', value: ({ id }: Release) => id },
  { title: 'VERSION', value: releaseName, shrinkTo: 8 },
  { title: 'PLATFORMS', value: architectures, shrinkTo: 8 },
  { title: 'GRAPH', value: (release: Release) => graphText(release) || '-', shrinkTo: 8 },
  { title: 'PUBLISHED', value: ({ createdAt }: Release) => formatAge(createdAt, Date.now()) },
]

/** `bootfleet releases create|update|adopt|list`. */
export function addReleases(program: Command, cli: Cli): void {
  const releases = program.command('releases').description('images published to a channel')
  addCreate(releases, cli)
  addUpdateRelease(releases, cli)
  addAdopt(releases, cli)
  addList(releases, cli)
}

function addCreate(releases: Command, cli: Cli): void {
  const command = releases
    .command('create')
    .description('publish an image to a channel; the same image again gives the release that it has')
    .argument('<image>', 'REPOSITORY:TAG, REPOSITORY@sha256:…, or only :TAG of the repository of the channel')
    .requiredOption('--channel <channel>')
    .option('--as <version>', 'its version; otherwise what the image says of itself')
    .option('--notes <text>')
    .option('--barrier', 'must be booted before anything newer')
    .option('--minimum-from <release>', 'only devices on this release or a newer one may take it')
  command.action(async (image: string, { channel, as: version, notes, barrier, minimumFrom }: CreateOptions) => {
    const { client, output } = await openSession(cli, command)
    const release = await client.releases.create({
      params: { channel },
      body: { image, version, notes, barrier, minimumFrom },
    })
    output.result(release, () => [
      `Release ${releaseName(release)} of ${release.channel.name} (${architectures(release)}): ${release.id}`,
      ...release.manifests.map(
        ({ architecture, manifestDigest, sizeBytes }) =>
          `  ${architecture.padEnd(8)} ${formatBytes(sizeBytes).padStart(9)}  ${manifestDigest.slice(0, 25)}…`,
      ),
    ])
    output.note(
      `Roll it out: bootfleet rollouts create --channel ${channel} --release ${release.id} --start now --wait`,
    )
  })
}

function addAdopt(releases: Command, cli: Cli): void {
  const command = releases
    .command('adopt')
    .description('publish what devices of a channel run already; it becomes current where nothing is')
    .argument('[digest]', 'sha256:…; if not given, the one that most of them run and no release has')
    .requiredOption('--channel <channel>')
    .option('--as <version>', 'its version; otherwise what the image says of itself')
  command.action(async (digest: string | undefined, { channel, as: version }: CreateOptions) => {
    const { client, output } = await openSession(cli, command)
    const release = await client.channels.adopt({ params: { channel }, body: { digest, version } })
    output.result(release, () => [
      `Release ${releaseName(release)} of ${release.channel.name} (${architectures(release)}): ${release.id}`,
    ])
  })
}

function addList(releases: Command, cli: Cli): void {
  const command = releases
    .command('list')
    .description('list the releases of a channel, the newest first')
    .requiredOption('--channel <channel>')
    .option('--limit <count>', 'at most so many', parseCount, 20)
  command.action(async ({ channel, limit }: ListOptions) => {
    const { client, output } = await openSession(cli, command)
    const params = { channel }
    const page = await readPages((query) => client.releases.list({ params, query }), limit)
    output.result(page, () =>
      page.items.length === 0
        ? [`No releases. Publish one: bootfleet releases create IMAGE --channel ${channel}`]
        : renderTable(columns, page.items, { width: output.width(), paint: output.paint }),
    )
    noteMore(output, page)
  })
}

function architectures({ manifests }: Release): string {
  return manifests.map(({ architecture }) => architecture).join(', ')
}
