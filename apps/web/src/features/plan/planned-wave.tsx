import type { RolloutPreview } from '@bootfleet/contracts'
import Link from 'next/link'
import { counted, formatSeconds } from '../../lib/amounts.ts'
import { paths } from '../../lib/paths.ts'

export function PlannedWave({ wave }: { wave: RolloutPreview['waves'][number] }) {
  const { index, name, size, soakSec, devices, reserves } = wave
  const id = `planned-${index}`
  const more = size - devices.length
  return (
    <li className="wave" aria-labelledby={id}>
      <header>
        <h3 id={id}>
          <span className="quiet">{index + 1}</span> {name}
        </h3>
        <span className="quiet">
          {counted(size, 'device')}, soak {formatSeconds(soakSec)}
        </span>
      </header>
      <ul className="chips" aria-label={`First devices of ${name}`}>
        {devices.map(({ id: device, name: text }) => (
          <li key={device}>
            <Link href={paths.device(device)}>{text}</Link>
          </li>
        ))}
        {more > 0 && <li className="quiet">and {more} more</li>}
      </ul>
      {reserves.length > 0 && (
        <details>
          <summary>Next in line for who cannot be reached</summary>
          <p className="quiet">{reserves.map((device) => device.name).join(', ')}</p>
        </details>
      )}
      <p className="gates">Gate: {gateText(wave)}</p>
    </li>
  )
}

function gateText({ failuresToTrip, successesToPass, size }: RolloutPreview['waves'][number]): string {
  const trip =
    failuresToTrip === null
      ? 'no number of failures trips it'
      : `${counted(failuresToTrip, 'failure')} ${failuresToTrip === 1 ? 'trips' : 'trip'} it`
  return `${trip}; ${successesToPass} of ${counted(size, 'device')} must succeed to pass it.`
}
