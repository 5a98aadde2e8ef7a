import type { z } from 'zod'
import type { CreateRelease } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { OperationError } from '../errors.ts'
import { findMinimum } from './find-minimum.ts'
import type { ReleaseRow } from './find-release.ts'

type Given = Omit<z.output<typeof CreateRelease>, 'image'>
const fields = ['barrier', 'minimumFrom', 'version', 'notes'] as const

/**
 * Refuses to publish an image again with a version, notes or a place in the update graph that its release does not have.
 * Who publishes it would believe that it has them. Throws `conflict`.
 */
export async function refuseOtherRelease(tx: Tx, known: ReleaseRow, given: Given): Promise<void> {
  const key = given.minimumFrom
  const minimumFrom = key && (await findMinimum(tx, { channelId: known.channelId, key, of: known }))
  const wanted = { ...given, minimumFrom }
  const field = fields.find((name) => wanted[name] !== undefined && wanted[name] !== known[name])
  if (field === undefined) return
  const message = `The image is release ${known.id} of the channel already, and its ${field} is ${JSON.stringify(known[field])}. Change the release (releases update), or leave ${field} out.`
  throw new OperationError('conflict', message, { reason: 'release_exists', field })
}
