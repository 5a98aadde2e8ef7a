import { writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { Option, type Command } from 'commander'
import { openSession, type Cli, type Session } from '../cli.ts'
import { parseInstant } from '../duration.ts'
import { addressWarning } from '../enroll/device-address.ts'
import { CliError } from '../failure.ts'
import { countOf } from '../output/text.ts'
import { provision, provisionFormats, withoutImage, type ProvisionFormat } from '../provision/formats.ts'
import { checkImage } from '../provision/recipe.ts'
import { parseCount } from '../read-pages.ts'

interface ProvisionOptions {
  readonly group: string
  readonly format: ProvisionFormat
  readonly image?: string
  readonly uses?: number
  readonly expires?: string
  readonly approve?: true
  readonly out?: string
}

/** `bootfleet provision`: a document with which machines of a group are installed, and enroll by themselves. */
export function addProvision(program: Command, cli: Cli): void {
  const command = program
    .command('provision')
    .description('print a ready document that installs machines of a group and lets them enroll')
    .requiredOption('--group <group>', 'group that they join')
    .addOption(new Option('--format <format>', 'what it is for').choices(provisionFormats).makeOptionMandatory())
    .option('--image <image>', "image to install; what the group's channel is on if not given")
    .option('--uses <count>', 'so many machines may use it; one if not given', parseCount)
    .option('--expires <when>', '12h, 7d or a time; in 24 hours if not given')
    .option('--approve', 'have an operator approve each machine; always so for containerfile')
    .option('--out <file>', 'write it to a new file that only you can read')
  command.action(async (options: ProvisionOptions) => {
    const session = await openSession(cli, command)
    const { format, out } = options
    const image = checkImage(options.image ?? (await imageOf(session, options)))
    const made = await createToken(session, options)
    const text = provision(format, { document: made.document, image, group: made.group.name })
    if (out === undefined) session.output.write(text)
    else await writeNew(out, text)
    if (session.output.json) return
    const notes = [
      `For ${countOf(made.maxUses, 'machine')} of group ${made.group.name}, until ${made.expiresAt}. It is a secret until then.`,
      ...(made.requiresApproval ? ['Each machine waits for an approval.'] : []),
      ...(await addressWarning(made.document.url)),
    ]
    session.output.note(notes.join('\n'))
  })
}

async function createToken({ client }: Session, { group, uses, expires, approve, format }: ProvisionOptions) {
  const expiresAt = expires === undefined ? undefined : parseInstant('--expires', expires, Date.now())
  const name = `${format} by bootfleet on ${hostname()}`.slice(0, 100)
  const requiresApproval = approve ?? (format === 'containerfile' ? true : undefined)
  return client.enrollmentTokens.create({ body: { name, group, maxUses: uses, expiresAt, requiresApproval } })
}

/** The current release of the group's channel, by tag where it has one: that is what people recognise. */
async function imageOf({ client }: Session, { group: key, format }: ProvisionOptions): Promise<string> {
  const group = await client.groups.get({ params: { group: key } })
  const channel = group.channel && (await client.channels.get({ params: { channel: group.channel.name } }))
  const current = channel?.current
  if (channel && current) {
    const { repository, tag, indexDigest, manifests } = await client.releases.get({ params: { id: current.id } })
    const digest = indexDigest ?? manifests[0]?.manifestDigest
    return tag === null ? `${repository}@${digest}` : `${repository}:${tag}`
  }
  if (channel && withoutImage.includes(format)) return channel.repository
  if (withoutImage.includes(format)) return 'example/any'
  throw new CliError('usage', `The channel of group ${group.name} is on no release yet: name an image with --image.`)
}

async function writeNew(file: string, text: string): Promise<void> {
  await writeFile(file, text, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    throw new CliError('usage', `${file} cannot be written, or exists: name another file.`, { cause: error })
  })
}
