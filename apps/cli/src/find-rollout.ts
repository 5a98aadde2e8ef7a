import { isId } from '@bootfleet/contracts'
import type { Client } from '@bootfleet/sdk'
import { CliError } from './failure.ts'

/** The id of a rollout: as given, or of the newest for `latest`. Throws a usage error and `not_found`. */
export async function findRollout(client: Client, key: string): Promise<string> {
  if (key !== 'latest') return rolloutId(key)
  const { items } = await client.rollouts.list({ query: { limit: 1 } })
  const [newest] = items
  if (newest) return newest.id
  throw new CliError('not_found', 'There is no rollout yet. Create one: bootfleet rollouts create --help')
}

/** Checks the form of an id, so that a slip is named before anything is asked. */
export function rolloutId(key: string): string {
  if (isId(key)) return key
  throw new CliError('usage', `"${key}" is not the id of a rollout. See: bootfleet rollouts list`)
}
