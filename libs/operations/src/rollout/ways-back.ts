import { whyNoWayBack, type Because } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import type { RolloutRow } from './lock-rollout.ts'
import { isMarked, readGraph } from './read-graph.ts'

/** What keeps devices of an architecture from going back to one image; `digest: null`: to any unknown image. */
export interface WayBackRow {
  readonly architecture: string
  readonly digest: string | null
  readonly blocked: Because | null
}

/** The ways back from a release to every image that its channel knows; none where nothing of the channel is marked. */
export async function readWaysBack(
  tx: Tx,
  { channelId, releaseId: release }: Pick<RolloutRow, 'channelId' | 'releaseId'>,
): Promise<WayBackRow[]> {
  if (!(await isMarked(tx, channelId))) return []
  const graphs = await readGraph(tx, channelId)
  return graphs.flatMap(({ architecture, releases }) => {
    const known = [...new Set(releases.flatMap(({ digests }) => digests))]
    return [null, ...known].map((digest) => ({
      architecture,
      digest,
      blocked: whyNoWayBack(releases, { release, to: digest }),
    }))
  })
}

/** Joins what blocks the way back of a target `t` of a device `d`, as `blocked` of a row `way`. */
export function wayBackSql(ways: readonly WayBackRow[]): Prisma.Sql {
  return Prisma.sql`
    LEFT JOIN LATERAL (
      SELECT nullif(w.blocked, 'null') AS blocked
      FROM jsonb_to_recordset(${JSON.stringify(ways)}::jsonb) AS w(architecture text, digest text, blocked jsonb)
      WHERE w.architecture = d.architecture AND (w.digest = t.from_digest OR w.digest IS NULL)
      ORDER BY w.digest NULLS LAST LIMIT 1) AS way ON true`
}
