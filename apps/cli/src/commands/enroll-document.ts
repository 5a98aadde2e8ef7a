import { open, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { InvalidArgumentError, type Command } from 'commander'
import type { CreatedEnrollmentToken } from '@bootfleet/contracts'
import { openSession, type Cli } from '../cli.ts'
import { parseInstant } from '../duration.ts'
import { addressWarning } from '../enroll/device-address.ts'
import { enrollSteps, type DocumentSource } from '../enroll/enroll-steps.ts'
import { CliError } from '../failure.ts'
import type { Output } from '../output/output.ts'
import { countOf } from '../output/text.ts'
import { parseCount } from '../read-pages.ts'

interface EnrollOptions {
  readonly group?: string
  readonly uses?: number
  readonly expires?: string
  readonly label: Readonly<Record<string, string>>
  readonly name: string
  readonly approve?: true
  readonly out?: string
}

/** `bootfleet enroll-document`: the document on stdout or in a file, what to do with it on stderr. */
export function addEnrollDocument(program: Command, cli: Cli): void {
  const command = program
    .command('enroll-document')
    .description('make the document with which machines enroll, and say what to run on them')
    .option('--group <group>', 'group that they join; "default" if not given')
    .option('--uses <count>', 'so many machines may use it; one if not given', parseCount)
    .option('--expires <when>', '12h, 7d or a time; in 24 hours if not given')
    .option('--label <key=value>', 'label that they get; can be repeated', addLabel, {})
    .option('--name <name>', 'what the token is called in lists', `bootfleet on ${hostname()}`.slice(0, 100))
    .option('--approve', 'have an operator approve each machine')
    .option('--out <file>', 'write the document to a new file that only you can read')
  command.action(async (options: EnrollOptions) => {
    const { client, output } = await openSession(cli, command)
    const expiresAt = options.expires === undefined ? undefined : parseInstant('--expires', options.expires, Date.now())
    const { group, uses: maxUses, label: labels, name, approve, out } = options
    const create = () =>
      client.enrollmentTokens.create({ body: { name, group, maxUses, labels, expiresAt, requiresApproval: approve } })
    const made = out === undefined ? await create() : await writeNew(out, create)
    const text = JSON.stringify(made.document)
    if (out === undefined) output.write(`${text}\n`)
    if (!output.json) {
      const source = out === undefined && cli.streams.stdout.isTTY ? { text } : { file: out ?? 'enroll.json' }
      output.note((await explain(made, source)).join('\n'))
    }
    if (out !== undefined) reportFile(output, out)
  })
}

async function explain(made: CreatedEnrollmentToken, source: DocumentSource): Promise<string[]> {
  const warning = await addressWarning(made.document.url)
  return [
    '',
    `For ${countOf(made.maxUses, 'machine')} of group ${made.group.name}, until ${made.expiresAt}.`,
    ...(made.requiresApproval ? ['Each machine waits for an approval.'] : []),
    '',
    ...warning,
    ...enrollSteps(source, process.cwd()),
  ]
}

function reportFile(output: Output, file: string): void {
  if (output.json) output.result({ file }, () => [])
  else output.note(`The document is in ${file}.`)
}

// The file comes first: a token that could not be written down would be lost.
async function writeNew(file: string, create: () => Promise<CreatedEnrollmentToken>): Promise<CreatedEnrollmentToken> {
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    const message = exists ? `${file} exists: remove it, or name another file.` : `${file} cannot be written.`
    throw new CliError('usage', message, { cause: error })
  })
  try {
    const made = await create()
    await handle.writeFile(`${JSON.stringify(made.document)}\n`)
    return made
  } catch (error) {
    await rm(file, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}

function addLabel(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Write KEY=VALUE.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}
