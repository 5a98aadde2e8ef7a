import { isId, type PolicyInput } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { notFound, OperationError } from '../errors.ts'

export interface RecipeInput {
  readonly channel: string
  readonly release: string
  readonly policy?: string | PolicyInput | undefined
}

/** Finds what a rollout is made of: channel by name or id, release by id, version or tag, policy by name, id or written out. */
export async function resolveRecipe(tx: Tx, input: RecipeInput) {
  const channel = await tx.channel.findFirst({
    where: isId(input.channel) ? { id: input.channel } : { name: input.channel },
  })
  if (!channel) throw notFound('channel', input.channel)
  const release = await findRelease(tx, channel, input.release)
  const { spec, ...policy } = await findPolicy(tx, channel.defaultPolicyId, input.policy)
  return { channel, release, policy: spec, ...policy }
}

async function findRelease(tx: Tx, channel: { id: string; name: string }, key: string) {
  const where = isId(key) ? { id: key } : { OR: [{ version: key }, { tag: key }] }
  const release = await tx.release.findFirst({
    where: { channelId: channel.id, ...where },
    orderBy: { createdAt: 'desc' },
  })
  if (release) return release
  const message = `Channel "${channel.name}" has no release "${key}". Create it first, from an image of the channel's repository.`
  throw new OperationError('not_found', message, { reason: 'release_not_found', field: 'release' })
}

async function findPolicy(tx: Tx, defaultId: string | null, policy: RecipeInput['policy']) {
  if (typeof policy === 'object')
    return { spec: policy as unknown, policyId: null, policyName: null, policyVersion: null }
  const key = policy ?? defaultId ?? 'default'
  const found = await tx.policy.findFirst({ where: isId(key) ? { id: key } : { name: key } })
  if (!found)
    throw new OperationError('not_found', `There is no policy "${key}".`, {
      reason: 'policy_not_found',
      field: 'policy',
    })
  return {
    spec: found.spec as unknown,
    policyId: found.id,
    policyName: found.name,
    policyVersion: found.version,
  }
}
