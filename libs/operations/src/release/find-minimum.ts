import { isId } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { OperationError } from '../errors.ts'

export interface MinimumInput {
  readonly channelId: string
  /** Id, version, tag or digest. */
  readonly key: string
  /** The release that gets the minimum; none while it is published, as the newest of all. */
  readonly of?: { readonly id: string; readonly createdAt: Date }
}

/** Id of the release from which on another one may be taken: one of its channel, published before it. Throws `invalid`. */
export async function findMinimum(tx: Tx, { channelId, key, of }: MinimumInput): Promise<string> {
  const found = await tx.release.findFirst({
    where: { channelId, ...whereOf(key) },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    select: { id: true, createdAt: true },
  })
  if (!found) {
    const message = `The channel has no release "${key}" to be the minimum. Name one by its id, version, tag or digest.`
    throw new OperationError('invalid', message, { reason: 'minimum_not_found', field: 'minimumFrom' })
  }
  const age = of ? found.createdAt.getTime() - of.createdAt.getTime() : -1
  if (age < 0 || (age === 0 && of && found.id < of.id)) return found.id
  const message = `Release "${key}" is not older than the one that it is to be the minimum of. Name one published before it.`
  throw new OperationError('invalid', message, { reason: 'minimum_not_older', field: 'minimumFrom' })
}

function whereOf(key: string) {
  if (isId(key)) return { id: key }
  if (key.startsWith('sha256:')) return { OR: [{ indexDigest: key }, { manifests: { some: { manifestDigest: key } } }] }
  return { OR: [{ version: key }, { tag: key }] }
}
