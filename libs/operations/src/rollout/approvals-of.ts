import { createHash } from 'node:crypto'
import type { RolloutApprovals } from '@bootfleet/contracts'
import type { PolicySpec } from '@bootfleet/domain'
import type { Prisma } from '@bootfleet/db'

/** What `approvalsOf` needs of a rollout. */
export const approvalParts = {
  release: { include: { manifests: { select: { architecture: true, manifestDigest: true } } } },
  approvals: { orderBy: [{ at: 'asc' }, { personId: 'asc' }] },
} as const satisfies Prisma.RolloutInclude

type ApprovableRow = Prisma.RolloutGetPayload<{ include: typeof approvalParts }>

/** In the column: the start, not a wave. */
export const theStart = -1

/** Who approved a rollout. An approval of the start counts only while there is to approve what the person saw. */
export function approvalsOf(row: ApprovableRow): RolloutApprovals {
  const required = (row.policy as unknown as PolicySpec).approvals ?? 0
  const seen = required > 0 || row.approvals.length > 0 ? seenOf(row) : null
  const counting = row.approvals.filter((one) => one.wave !== theStart || one.seen === seen)
  return {
    required,
    given: counting.filter(({ wave }) => wave === theStart).length,
    seen,
    list: counting.map(({ wave, personName, at }) => {
      return { wave: wave === theStart ? null : wave, by: personName, at: at.toISOString() }
    }),
  }
}

/** Names what a rollout would do: another release, digest, recipe, selector or time is another name. */
export function seenOf({ release, policy, selector, exclude, startAt }: ApprovableRow): string {
  const digests = release.manifests
    .map(({ architecture, manifestDigest }) => `${architecture} ${manifestDigest}`)
    .sort()
  const what = [release.id, release.indexDigest, digests, policy, selector, exclude, startAt]
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 32)
}
