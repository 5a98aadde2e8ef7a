import type { DeviceLogText } from '@bootfleet/contracts'
import { Instant } from '../../ui/instant.tsx'

/** The newest log that a device sent. */
export function DeviceLogs({ log }: { log: DeviceLogText | undefined }) {
  if (log === undefined) return <p className="quiet">The device has sent no log. Ask for one with “Collect logs”.</p>
  return (
    <details>
      <summary>
        <Instant at={log.receivedAt} />
        {!log.complete && ', not all of it came'}
      </summary>
      <pre tabIndex={0}>{log.text}</pre>
    </details>
  )
}
