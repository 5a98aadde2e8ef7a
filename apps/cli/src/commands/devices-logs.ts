import type { Command } from 'commander'
import type { DeviceLog } from '@bootfleet/contracts'
import { openSession, type Cli } from '../cli.ts'
import { formatAge } from '../duration.ts'
import { CliError } from '../failure.ts'
import { findDevice } from '../find-device.ts'
import { renderTable } from '../output/table.ts'

const columns = [
  { title: 'ID', value: ({ id }: DeviceLog) => id },
  { title: 'RECEIVED', value: ({ receivedAt }: DeviceLog) => formatAge(receivedAt, Date.now()) },
  { title: 'LENGTH', value: ({ length }: DeviceLog) => String(length), align: 'right' as const },
  { title: 'COMPLETE', value: ({ complete }: DeviceLog) => (complete ? 'yes' : 'no') },
]

/** `bootfleet devices logs`: the newest log that a device sent, an earlier one, or what there is. */
export function addDeviceLogs(devices: Command, cli: Cli): void {
  const command = devices
    .command('logs')
    .description('print the newest log that a device sent; collect-logs asks for one')
    .argument('<device>', 'name, hardware id or id')
    .argument('[log]', 'id of an earlier one')
    .option('--list', 'list them instead')
  command.action(async (key: string, log: string | undefined, { list }: { list?: true }) => {
    const { client, output } = await openSession(cli, command)
    const { id, name } = await findDevice(client, key)
    const page = await client.devices.logs({ params: { id }, query: { limit: 50 } })
    if (list) {
      output.result(page, () => renderTable(columns, page.items, { width: output.width(), paint: output.paint }))
      return
    }
    const wanted = log ?? page.items[0]?.id
    if (wanted === undefined)
      throw new CliError('not_found', `${name} has sent no log. Ask for one: bootfleet devices collect-logs ${name}`)
    const found = await client.devices.log({ params: { id, log: wanted } })
    output.result(found, () => found.text.split('\n'))
    if (!found.complete) output.note('Parts of it were lost on the way; ask again for a whole one.')
  })
}
