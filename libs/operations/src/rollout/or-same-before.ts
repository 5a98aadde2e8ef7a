import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { policySpec, PolicyInput, type CreateRollout, type Rollout } from '@bootfleet/contracts'
import { inOrganization, type Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { refuseDuplicate } from '../keys.ts'
import { presentRollout } from './present-rollout.ts'
import { resolveRecipe } from './resolve-recipe.ts'

type WithId = z.output<typeof CreateRollout> & { id: string }

/**
 * Runs `write`, which creates a rollout with the id that the caller gave. When that is taken: the rollout that has it, if it
 * is the caller's own and what is asked for; else `conflict`, which says the same of another organization's as of theirs.
 */
export async function orSameBefore(ctx: Ctx, input: WithId, write: (id: string) => Promise<Rollout>): Promise<Rollout> {
  const taken = idTaken(input.id)
  try {
    return await refuseDuplicate(taken, () => write(input.id))
  } catch (error) {
    const same = error === taken ? await findSame(ctx, input) : undefined
    if (same) return same
    throw error
  }
}

// Who asks for a start and would be answered with a draft would wait for nothing.
function findSame(ctx: Ctx, input: WithId): Promise<Rollout | undefined> {
  const { id, selector = null, exclude = null, start } = input
  return inOrganization(ctx, async (tx) => {
    const { channel, release, policy } = await resolveRecipe(tx, input)
    const of = { channelId: channel.id, releaseId: release.id, kind: 'update', selector, exclude }
    const found = await tx.rollout.findFirst({ where: { id, ...of }, select: { policy: true, state: true } })
    const spec: unknown = JSON.parse(JSON.stringify(policySpec(PolicyInput.parse(policy))))
    const same = isDeepStrictEqual(found?.policy, spec) && (start === 'draft' || found?.state !== 'draft')
    return same ? presentRollout(tx, ctx, id) : undefined
  })
}

function idTaken(id: string): OperationError {
  const message = `The id "${id}" is taken by something else than what you ask for. Preview again for a new one, or leave it out.`
  return new OperationError('conflict', message, { reason: 'id_taken', field: 'id' })
}
