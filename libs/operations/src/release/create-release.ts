import type { z } from 'zod'
import type { CreateRelease, Release } from '@bootfleet/contracts'
import type { Prisma, Tx } from '@bootfleet/db'
import { resolveImage, type ResolvedImage } from '@bootfleet/registry'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { findChannel } from '../channel/find-channel.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { emit } from '../outbox.ts'
import { findCredentials } from '../registry/find-credentials.ts'
import { findMinimum } from './find-minimum.ts'
import { findRelease } from './find-release.ts'
import { presentRelease } from './present-release.ts'
import { readImage } from './read-image.ts'
import { refuseOtherRelease } from './refuse-other-release.ts'
import { resolveError } from './resolve-error.ts'

export type CreateReleaseInput = z.output<typeof CreateRelease> & { readonly channel: string }

/**
 * Resolves an image at its registry, by digests for each architecture, and keeps it as a release of the channel. The
 * same image again gives the release that it has. Throws `conflict` if that differs from what is given, `invalid` or
 * `unavailable` with reason `registry_…`.
 */
export async function createRelease(ctx: Ctx, { channel: key, ...input }: CreateReleaseInput): Promise<Release> {
  authorize(ctx, 'release:create')
  const channel = await inOrganization(ctx, (tx) => findChannel(tx, ctx, key))
  const reference = readImage(input.image, channel.repository)
  const credentials = await findCredentials(ctx, channel.repository)
  const http = ctx.services.registry
  const image = await resolveImage(reference, { http, ...(credentials && { credentials }) }).catch((error: unknown) => {
    throw resolveError(error)
  })
  return inOrganization(ctx, async (tx) => {
    // Two pipelines that publish the same image at the same time get one release.
    await tx.$queryRaw`SELECT 1 FROM channel WHERE id = ${channel.id}::uuid FOR NO KEY UPDATE`
    const known = await findKnown(tx, channel.id, image)
    if (known === undefined) {
      const id = await insertRelease(tx, ctx, { channelId: channel.id, image, input })
      return presentRelease(await findRelease(tx, ctx, id))
    }
    const release = await findRelease(tx, ctx, known)
    await refuseOtherRelease(tx, release, input)
    return presentRelease(release)
  })
}

async function findKnown(tx: Tx, channelId: string, image: ResolvedImage): Promise<string | undefined> {
  const { indexDigest, manifests } = image
  const manifestDigest = manifests[0]?.manifestDigest ?? ''
  const same = indexDigest === null ? { indexDigest: null, manifests: { some: { manifestDigest } } } : { indexDigest }
  return (await tx.release.findFirst({ where: { channelId, ...same }, select: { id: true } }))?.id
}

interface NewRelease {
  readonly channelId: string
  readonly image: ResolvedImage
  readonly input: Omit<CreateReleaseInput, 'channel'>
}

async function insertRelease(tx: Tx, ctx: Ctx, { channelId, image, input }: NewRelease): Promise<string> {
  const { organizationId, services, actor } = ctx
  const id = services.newId()
  const minimumFrom = input.minimumFrom && (await findMinimum(tx, { channelId, key: input.minimumFrom }))
  const version = input.version ?? image.version ?? null
  await tx.release.create({
    data: {
      id,
      organizationId,
      channelId,
      repository: image.repository,
      tag: image.tag ?? null,
      indexDigest: image.indexDigest,
      version,
      revision: image.revision ?? null,
      source: image.source ?? null,
      baseImage: image.baseImage ?? null,
      imageCreatedAt: image.createdAt === undefined ? null : new Date(image.createdAt),
      notes: input.notes ?? '',
      barrier: input.barrier ?? false,
      minimumFrom: minimumFrom ?? null,
      annotations: { ...image.annotations },
      createdBy: actor.name,
      createdAt: services.now(),
    },
  })
  await tx.releaseManifest.createMany({ data: manifestRows(image, { releaseId: id, organizationId }) })
  const detail = { version, indexDigest: image.indexDigest, image: input.image }
  await audit(tx, ctx, { action: 'release.create', subject: { kind: 'release', id }, detail })
  await emit(tx, organizationId, [{ kind: 'release.changed', releaseId: id }])
  return id
}

// Of several variants of one architecture the first counts: a device says its architecture alone.
function manifestRows(image: ResolvedImage, common: { releaseId: string; organizationId: string }) {
  const first = new Map(image.manifests.toReversed().map((manifest) => [manifest.architecture, manifest]))
  return [...first.values()].map(({ architecture, manifestDigest, configDigest, sizeBytes, layers }) => ({
    ...common,
    architecture,
    manifestDigest,
    configDigest,
    sizeBytes: BigInt(sizeBytes),
    layers: layers.map(({ digest, sizeBytes: size }): Prisma.InputJsonObject => ({ digest, sizeBytes: size })),
  }))
}
