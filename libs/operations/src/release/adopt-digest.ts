import type { z } from 'zod'
import type { AdoptDigest, Release } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { findChannel } from '../channel/find-channel.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { emit } from '../outbox.ts'
import { createRelease } from './create-release.ts'
import { findRelease } from './find-release.ts'
import { presentRelease } from './present-release.ts'
import { refuseOtherRelease } from './refuse-other-release.ts'

export type AdoptDigestInput = z.output<typeof AdoptDigest> & { readonly channel: string }

/**
 * Makes a release of an image that devices of the channel's groups run already, and has the channel belong on it if it
 * belongs on nothing yet; the devices that run it are up to date then. Asked again, or of a digest that a release of the
 * channel has, gives that release. Throws `conflict` when no such device runs the digest, and what `createRelease` throws
 * when the channel's repository does not have it.
 */
export async function adoptDigest(ctx: Ctx, { channel: key, ...input }: AdoptDigestInput): Promise<Release> {
  authorize(ctx, 'release:create')
  authorize(ctx, 'channel:write')
  const { channel, digest, known } = await inOrganization(ctx, async (tx) => {
    const row = await findChannel(tx, ctx, key)
    const found = await chooseDigest(tx, row, input.digest)
    return { channel: row, digest: found, known: await findOfChannel(tx, row.id, found) }
  })
  const { version, notes } = input
  const id = known ?? (await createRelease(ctx, { channel: channel.id, image: `@${digest}`, version, notes })).id
  return inOrganization(ctx, async (tx) => {
    const release = await findRelease(tx, ctx, id)
    await refuseOtherRelease(tx, release, { version, notes })
    await setCurrent(tx, ctx, { channelId: channel.id, releaseId: id, digest })
    return presentRelease(release)
  })
}

async function chooseDigest(
  tx: Tx,
  { id, name, currentReleaseId }: { id: string; name: string; currentReleaseId: string | null },
  wanted: string | undefined,
): Promise<string> {
  const rows = await tx.$queryRaw<{ digest: string; released: boolean }[]>`
    SELECT s.booted_digest AS digest, EXISTS (
        SELECT FROM release_manifest m JOIN release r ON r.id = m.release_id
        WHERE m.organization_id = g.organization_id AND m.manifest_digest = s.booted_digest AND r.channel_id = ${id}::uuid) AS released
    FROM device_group g JOIN device d ON d.group_id = g.id AND d.removed_at IS NULL JOIN device_state s ON s.device_id = d.id
    WHERE g.channel_id = ${id}::uuid AND s.booted_digest IS NOT NULL AND (${wanted ?? null}::text IS NULL OR s.booted_digest = ${wanted ?? null})
    GROUP BY 1, 2 ORDER BY count(*) DESC, 1 LIMIT 50`
  // Asked again without a digest, the answer stays what it was: nothing unknown is left, and the first one is adopted.
  const found = rows.find(({ released }) => !released) ?? rows[0]
  if (found) return found.digest
  const what = wanted === undefined ? 'reports what it runs' : `runs ${wanted}`
  const message = `No device in a group of the channel "${name}" ${what}${currentReleaseId ? '' : '; publish a release instead'}.`
  throw new OperationError('conflict', message, { reason: 'not_running', field: 'digest' })
}

async function findOfChannel(tx: Tx, channelId: string, manifestDigest: string): Promise<string | undefined> {
  const where = { channelId, manifests: { some: { manifestDigest } } }
  return (await tx.release.findFirst({ where, orderBy: { createdAt: 'desc' }, select: { id: true } }))?.id
}

interface Adopted {
  readonly channelId: string
  readonly releaseId: string
  readonly digest: string
}

// A channel that belongs on a release moves by a rollout only.
async function setCurrent(tx: Tx, ctx: Ctx, { channelId, releaseId, digest }: Adopted): Promise<void> {
  const where = { id: channelId, currentReleaseId: null }
  const { count } = await tx.channel.updateMany({ where, data: { currentReleaseId: releaseId } })
  if (count === 0) return
  const detail = { release: releaseId, digest }
  await audit(tx, ctx, { action: 'channel.adopt', subject: { kind: 'channel', id: channelId }, detail })
  await emit(tx, ctx.organizationId, [{ kind: 'channel.changed', channelId }])
}
