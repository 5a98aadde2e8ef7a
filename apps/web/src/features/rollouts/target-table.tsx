import type { Rollout, RolloutWave, Target } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { Badge } from '../../ui/badge.tsx'
import { Instant } from '../../ui/instant.tsx'
import { Table } from '../../ui/table.tsx'
import { ReleaseSlot } from './release-slot.tsx'
import { targetTones } from './state-tones.ts'

interface TargetTableProps {
  rollout: Pick<Rollout, 'id' | 'waves'>
  targets: Target[]
  /** Why the caller may not release one. */
  refusal: string | undefined
}

export function TargetTable({ rollout: { id, waves }, targets, refusal }: TargetTableProps) {
  return (
    <Table
      caption={`Targets in the order of the rollout, ${targets.length} on this page`}
      columns={[
        'Device',
        { name: 'Wave', wide: true },
        'State',
        { name: 'Why', wide: true },
        { name: 'Since', wide: true },
      ]}
    >
      {targets.map((target) => (
        <tr key={target.deviceId}>
          <th scope="row">
            <Link href={paths.device(target.deviceId)}>{target.deviceName}</Link>
          </th>
          <td className="wide">{waveName(target, waves)}</td>
          <td>
            <Badge state={target.state} tone={targetTones[target.state]} />
            {target.hop && <span className="quiet"> {hopText(target.hop)}</span>}
            <span className="phone quiet">{whyText(target)}</span>
            {target.downloadedPercent !== null && <span className="quiet"> {target.downloadedPercent} %</span>}
            {target.holdsSlot && hasEndedBadly(target) && (
              <ReleaseSlot rollout={id} device={target.deviceId} name={target.deviceName} refusal={refusal} />
            )}
          </td>
          <td className="wide">{whyText(target)}</td>
          <td className="wide">
            <Instant at={target.stateSince} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

// While a device is on its way its slot is what keeps the budget; releasing it is for those that will not come back.
function hasEndedBadly({ state }: Target): boolean {
  return state === 'timed_out' || state === 'failed' || state === 'rolled_back'
}

function whyText({ because, excused }: Target): string {
  return excused === null ? because.message : `${because.message} Excused: ${excused.by} chose to go on without it.`
}

function waveName({ wave }: Target, waves: RolloutWave[]): string {
  if (wave === null) return 'none yet'
  return waves.find(({ index }) => index === wave)?.name ?? String(wave + 1)
}

function hopText({ number, of, release }: NonNullable<Target['hop']>): string {
  return `hop ${number} of ${of}: release ${release.name}`
}
