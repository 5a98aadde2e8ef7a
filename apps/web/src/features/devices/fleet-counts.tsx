import type { FleetSummary } from '@bootfleet/contracts'

/** Each number with what it counts. */
export function FleetCounts({ summary }: { summary: FleetSummary }) {
  const { total, online, offline, neverSeen } = summary.devices
  return (
    <p>
      {total} {total === 1 ? 'device' : 'devices'}: {online} online, {offline} offline, {neverSeen} never seen.
      {summary.quarantinedDevices > 0 && ` ${summary.quarantinedDevices} with a quarantined image.`}
      {summary.pendingEnrollments > 0 && ` ${summary.pendingEnrollments} waiting for approval.`}
    </p>
  )
}
