import { isId, type Device } from '@bootfleet/contracts'
import type { Client } from '@bootfleet/sdk'
import { CliError } from './failure.ts'
import { plain } from './output/text.ts'
import { readPages } from './read-pages.ts'

const searched = 1000
const shown = 5

/** A device by id, name or hardware id. Throws `not_found`, and `conflict` when several have that name. */
export async function findDevice(client: Client, key: string): Promise<Device> {
  if (isId(key)) return client.devices.get({ params: { id: key } })
  const { items } = await readPages((page) => client.devices.list({ query: { q: key, ...page } }), searched)
  const exact = items.filter(({ name, hardwareId }) => name === key || hardwareId === key)
  const [device] = exact
  if (device && exact.length === 1) return device
  if (exact.length > 1) {
    const ids = exact.slice(0, shown).map(({ id, hardwareId }) => `  ${id}  ${plain(hardwareId)}`)
    throw new CliError(
      'conflict',
      `${exact.length} devices are called "${key}". Name one by its id:\n${ids.join('\n')}`,
    )
  }
  const similar = items.slice(0, shown).map(({ name }) => plain(name))
  const hint = similar.length > 0 ? `Similar: ${similar.join(', ')}.` : 'See: bootfleet devices list'
  throw new CliError('not_found', `There is no device "${key}". ${hint}`)
}
