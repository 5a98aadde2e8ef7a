import type { FleetBoots } from '@bootfleet/contracts'
import { counted, percent } from '../../lib/amounts.ts'
import { formatInstant } from '../../lib/instant.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Table } from '../../ui/table.tsx'
import { bootSlots, type BootSlot } from './boot-slots.ts'

const height = 100

/** Boots over time: what succeeded from below, what failed on top of it. */
export function BootChart({ boots }: { boots: FleetBoots }) {
  const { total, buckets } = boots
  if (total.boots === 0) {
    return (
      <EmptyState title="No boots in this time">
        <p>A boot is counted when a device reports it.</p>
      </EmptyState>
    )
  }
  const slots = bootSlots(boots)
  const most = Math.max(...slots.map(sizeOf))
  return (
    <>
      <p className="headline">
        <strong>{percent(total.succeeded, total.boots)}</strong> {total.succeeded} of {counted(total.boots, 'boot')}{' '}
        succeeded, {total.failed} failed{total.rolledBack > 0 && `, of these ${total.rolledBack} fell back`}
      </p>
      <div className="chart">
        <span className="chart-most">{most}</span>
        <svg viewBox={`0 0 ${slots.length} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          {slots.map((slot, index) => (
            <Bar key={slot.at} slot={slot} x={index} most={most} />
          ))}
        </svg>
        <div className="chart-times quiet">
          <span>{formatInstant(boots.since).slice(5, 16)}</span>
          <span>{formatInstant(boots.until).slice(5)}</span>
        </div>
      </div>
      <details>
        <summary>Numbers of the chart</summary>
        <Table
          caption="Boots by time, the newest first"
          columns={['From', 'Boots', 'Succeeded', 'Failed', 'Fell back']}
        >
          {buckets.toReversed().map((bucket) => (
            <tr key={bucket.at}>
              <th scope="row">{formatInstant(bucket.at)}</th>
              <td className="number">{bucket.boots}</td>
              <td className="number">{bucket.succeeded}</td>
              <td className="number">{bucket.failed}</td>
              <td className="number">{bucket.rolledBack}</td>
            </tr>
          ))}
        </Table>
      </details>
    </>
  )
}

function Bar({ slot, x, most }: { slot: BootSlot; x: number; most: number }) {
  if (sizeOf(slot) === 0) return null
  const scale = height / most
  const { succeeded, other, failed } = slot
  const parts = [
    { fill: 'good', from: 0, size: succeeded },
    { fill: 'quiet', from: succeeded, size: other },
    { fill: 'bad', from: succeeded + other, size: failed },
  ]
  return (
    <g>
      <title>{`${formatInstant(new Date(slot.at).toISOString())}: ${succeeded} succeeded, ${failed} failed`}</title>
      {parts.map(({ fill, from, size }) => (
        <rect
          key={fill}
          className={`fill-${fill}`}
          x={x + 0.12}
          width={0.76}
          y={height - (from + size) * scale}
          height={size * scale}
        />
      ))}
    </g>
  )
}

function sizeOf({ succeeded, failed, other }: BootSlot): number {
  return succeeded + failed + other
}
