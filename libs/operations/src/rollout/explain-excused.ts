import type { Because } from '@bootfleet/contracts'
import { failureStates } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'

const named = 5

interface Row {
  by: string
  count: number
  names: string[]
}

/** Devices whose failure is not counted, by who chose to go on without them. */
export async function excusedReasons(tx: Tx, rolloutId: string): Promise<Because[]> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT t.excused_by AS by, count(*)::int AS count, (array_agg(d.name ORDER BY t.position, t.device_id))[1:${named}::int] AS names
    FROM rollout_target t JOIN device d ON d.id = t.device_id
    WHERE t.rollout_id = ${rolloutId}::uuid AND t.excused_at IS NOT NULL AND t.state = ANY(${[...failureStates]})
    GROUP BY t.excused_by ORDER BY count(*) DESC, t.excused_by LIMIT 5`
  return rows.map(({ by, count, names }) => {
    const others = count > names.length ? ` and ${count - names.length} more` : ''
    const are = count === 1 ? 'The failure of 1 device is' : `The failures of ${count} devices are`
    const message = `${are} excused, since ${by} chose to go on without: ${names.join(', ')}${others}. No gate counts them.`
    return { code: 'target.excused', message, by, count, names }
  })
}
