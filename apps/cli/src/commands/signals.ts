import { Argument, type Command } from 'commander'
import type { Signal } from '@bootfleet/contracts'
import { openSession, type Cli } from '../cli.ts'
import { formatAge, parseInstant } from '../duration.ts'
import { CliError } from '../failure.ts'
import { findDevice } from '../find-device.ts'
import { renderTable } from '../output/table.ts'
import { countOf } from '../output/text.ts'
import { noteMore, parseCount, readPages } from '../read-pages.ts'

interface PostOptions {
  readonly selector?: string
  readonly device?: string[]
  readonly message?: string
  readonly until?: string
}

interface ListOptions {
  readonly all?: true
  readonly limit: number
}

const columns = [
  { title: 'NAME', value: ({ name }: Signal) => name, shrinkTo: 12 },
  { title: 'ABOUT', value: aboutText, shrinkTo: 10 },
  { title: 'SINCE', value: ({ since }: Signal) => formatAge(since, Date.now()) },
  { title: 'STATE', value: ({ inForce }: Signal) => (inForce ? 'unhealthy' : 'ended') },
  { title: 'MESSAGE', value: ({ message }: Signal) => message || '-', shrinkTo: 12 },
]

/** `bootfleet signals list|post`: what monitoring systems say of devices. */
export function addSignals(program: Command, cli: Cli): void {
  const signals = program.command('signals').description('what monitoring systems say of devices; can hold rollouts')
  addList(signals, cli)
  addPost(signals, cli)
}

function addList(signals: Command, cli: Cli): void {
  const command = signals
    .command('list', { isDefault: true })
    .description('list the unhealthy signals in force')
    .option('--all', 'those that ended too')
    .option('--limit <count>', 'at most so many', parseCount, 100)
  command.action(async ({ all, limit }: ListOptions) => {
    const { client, output } = await openSession(cli, command)
    const state = all ? ('all' as const) : ('in_force' as const)
    const page = await readPages((query) => client.signals.list({ query: { state, ...query } }), limit)
    output.result(page, () =>
      page.items.length === 0
        ? ['No signal is unhealthy.']
        : renderTable(columns, page.items, { width: output.width(), paint: output.paint }),
    )
    noteMore(output, page)
  })
}

function addPost(signals: Command, cli: Cli): void {
  const command = signals
    .command('post')
    .description('say that devices are unhealthy, or healthy again')
    .argument('<name>', 'what watches them')
    .addArgument(new Argument('<status>').choices(['healthy', 'unhealthy']))
    .option('--selector <selector>', 'about the devices with these labels; without it and --device, about all')
    .option('--device <device...>', 'about these devices, by name or id')
    .option('--message <text>', 'what is wrong')
    .option('--until <time>', 'when it ends by itself: 30m, or a time; in an hour if not given')
  command.action(async (name: string, status: 'healthy' | 'unhealthy', options: PostOptions) => {
    const { selector, device, message, until } = options
    if (selector !== undefined && device !== undefined)
      throw new CliError('usage', 'Give --selector or --device, not both.')
    const expiresAt = until === undefined ? undefined : parseInstant('--until', until, Date.now())
    const { client, output } = await openSession(cli, command)
    const found = device && (await Promise.all(device.map((key) => findDevice(client, key))))
    const devices = found?.map(({ id }) => id)
    const posted = await client.signals.post({ body: { name, status, selector, devices, message, expiresAt } })
    const { deviceCount } = posted
    const count = status === 'unhealthy' ? ` (${countOf(deviceCount, 'device')} now)` : ''
    output.result(posted, () =>
      posted.signals.length === 0
        ? [`No signal ${name} was unhealthy.`]
        : posted.signals.map((signal) => `${signal.name} is ${status} about ${aboutText(signal)}${count}.`),
    )
    if (deviceCount === 0 && status === 'unhealthy')
      output.note('That is about no device now, and holds no rollout: look at the selector, or at the devices.')
  })
}

function aboutText({ selector, devices }: Signal): string {
  if (selector !== null) return selector
  if (devices === null) return 'all devices'
  return devices.length === 1 ? '1 device' : `${devices.length} devices`
}
