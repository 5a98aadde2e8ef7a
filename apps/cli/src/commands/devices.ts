import { Option, type Command } from 'commander'
import { deviceHealths, deviceStates, type Device } from '@bootfleet/contracts'
import { openSession, type Cli } from '../cli.ts'
import { formatAge } from '../duration.ts'
import { findDevice } from '../find-device.ts'
import { addDeviceLogs } from './devices-logs.ts'
import { addDeviceVerbs } from './devices-verbs.ts'
import { deviceLines, imageName } from '../output/device-lines.ts'
import { explanationLines } from '../output/explanation.ts'
import { toneOf } from '../output/paint.ts'
import { renderTable } from '../output/table.ts'
import { inWords } from '../output/text.ts'
import { noteMore, parseCount, readPages } from '../read-pages.ts'

interface ListOptions {
  readonly selector?: string
  readonly group?: string
  readonly channel?: string
  readonly state?: (typeof deviceStates)[number]
  readonly health?: (typeof deviceHealths)[number]
  readonly quarantined?: boolean
  readonly q?: string
  readonly limit: number
}

const columns = [
  { title: 'NAME', value: ({ name }: Device) => name, shrinkTo: 14 },
  { title: 'STATE', value: ({ state }: Device) => inWords(state), tone: ({ state }: Device) => toneOf(state) },
  { title: 'GROUP', value: ({ group }: Device) => group.name, shrinkTo: 8 },
  { title: 'IMAGE', value: ({ booted }: Device) => imageName(booted), shrinkTo: 10 },
  { title: 'PHASE', value: ({ phase }: Device) => inWords(phase ?? '-'), shrinkTo: 8 },
  {
    title: 'HEALTH',
    value: ({ health }: Device) => inWords(health ?? '-'),
    tone: ({ health }: Device) => toneOf(health ?? ''),
    shrinkTo: 7,
  },
  { title: 'SEEN', value: ({ lastSeenAt }: Device) => formatAge(lastSeenAt, Date.now()), shrinkTo: 8 },
]

/** `bootfleet devices list|show|explain`. */
export function addDevices(program: Command, cli: Cli): void {
  const devices = program.command('devices').description('the machines of the fleet')
  addList(devices, cli)
  addShow(devices, cli)
  addExplain(devices, cli)
  addDeviceLogs(devices, cli)
  addDeviceVerbs(devices, cli)
}

function addList(devices: Command, cli: Cli): void {
  const command = devices
    .command('list', { isDefault: true })
    .description('list devices by name')
    .option('--selector <selector>', 'labels: "site=berlin,model in (a,b),!lab"')
    .option('--group <group>')
    .option('--channel <channel>')
    .addOption(new Option('--state <state>', 'connection').choices(deviceStates))
    .addOption(new Option('--health <health>', 'what it last reported').choices(deviceHealths))
    .option('--quarantined', 'only those with a quarantined image')
    .option('--q <text>', 'part of the name or of the hardware id')
    .option('--limit <count>', 'at most so many', parseCount, 200)
  command.action(async ({ limit, quarantined, ...others }: ListOptions) => {
    const { client, output } = await openSession(cli, command)
    const filter = { ...others, ...(quarantined && { quarantined: 'true' as const }) }
    const page = await readPages((query) => client.devices.list({ query: { ...filter, ...query } }), limit)
    output.result(page, () =>
      page.items.length === 0
        ? ['No devices.']
        : renderTable(columns, page.items, { width: output.width(), paint: output.paint }),
    )
    noteMore(output, page)
    const all = Object.keys(filter).length === 0
    if (page.items.length === 0 && all) output.note('Enroll one: bootfleet enroll-document')
  })
}

function addShow(devices: Command, cli: Cli): void {
  const command = devices.command('show').description('show a device').argument('<device>', 'name, hardware id or id')
  command.action(async (key: string) => {
    const { client, output } = await openSession(cli, command)
    const device = await findDevice(client, key)
    output.result(device, () => deviceLines(device, output))
  })
}

function addExplain(devices: Command, cli: Cli): void {
  const command = devices
    .command('explain')
    .description('say why a device is not updating')
    .argument('<device>', 'name, hardware id or id')
  command.action(async (key: string) => {
    const { client, output } = await openSession(cli, command)
    const device = await findDevice(client, key)
    const explanation = await client.devices.explain({ params: { id: device.id } })
    output.result(explanation, () => explanationLines(explanation, output))
  })
}
