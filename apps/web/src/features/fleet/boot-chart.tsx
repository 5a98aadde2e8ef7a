import type { FleetBoots } from '@bootfleet/contracts'
import { counted, percent } from '../../lib/amounts.ts'
import { formatInstant } from '../../lib/instant.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Table } from '../../ui/table.tsx'
import { bootSlots, type BootSlot } from './boot-slots.ts'

/** Boots over time: what succeeded from below, what failed on top of it. */
export function BootChart({ boots }: { boots: FleetBoots }) {
  const { total, since, until } = boots
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
      <div className="chart" aria-hidden="true">
        <div className="chart-axis quiet">
          <span>{most}</span>
          <span>{most > 1 && Math.round(most / 2)}</span>
          <span>0</span>
        </div>
        <div className="chart-bars">
          {slots.map((slot) => (
            <Bar key={slot.at} slot={slot} most={most} />
          ))}
        </div>
        <div className="chart-times quiet">
          <span>{formatInstant(since).slice(5, 16)}</span>
          <span>{formatInstant(until).slice(5, 16)} UTC</span>
        </div>
      </div>
      <BootNumbers boots={boots} />
    </>
  )
}

function Bar({ slot, most }: { slot: BootSlot; most: number }) {
  const { at, succeeded, failed, other } = slot
  const size = sizeOf(slot)
  if (size === 0) return <div className="chart-slot" />
  const share = (count: number) => ({ height: `${(count / most) * 100}%` })
  return (
    <div className="chart-slot">
      {failed > 0 && <span className="fill-bad" style={share(failed)} />}
      {other > 0 && <span className="fill-quiet" style={share(other)} />}
      {succeeded > 0 && <span className="fill-good" style={share(succeeded)} />}
      <div className="chart-tip">
        <strong>{formatInstant(new Date(at).toISOString()).slice(5, 16)}</strong>
        <span>
          {succeeded} of {counted(size, 'boot')} succeeded ({percent(succeeded, size)})
        </span>
        {failed > 0 && <span>{failed} failed</span>}
        {other > 0 && <span>{other} of unknown health</span>}
      </div>
    </div>
  )
}

function BootNumbers({ boots: { buckets } }: { boots: FleetBoots }) {
  const number = (name: string) => ({ name, number: true }) as const
  return (
    <details>
      <summary>Numbers of the chart</summary>
      <Table
        caption="Boots by time, the newest first"
        columns={['From', ...['Boots', 'Succeeded', 'Share', 'Failed', 'Fell back'].map(number)]}
      >
        {buckets.toReversed().map(({ at, boots: all, succeeded, failed, rolledBack }) => (
          <tr key={at}>
            <th scope="row">{formatInstant(at)}</th>
            <td className="number">{all}</td>
            <td className="number">{succeeded}</td>
            <td className="number">{percent(succeeded, all)}</td>
            <td className="number">{failed}</td>
            <td className="number">{rolledBack}</td>
          </tr>
        ))}
      </Table>
    </details>
  )
}

function sizeOf({ succeeded, failed, other }: BootSlot): number {
  return succeeded + failed + other
}
