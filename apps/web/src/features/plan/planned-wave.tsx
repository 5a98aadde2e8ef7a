import type { RolloutPreview } from '@bootfleet/contracts'
import Link from 'next/link'
import { counted, formatBytes, formatSeconds } from '../../lib/amounts.ts'
import { paths } from '../../lib/paths.ts'

type Wave = RolloutPreview['waves'][number]

export function PlannedWave({ wave, stratifyBy }: { wave: Wave; stratifyBy: string | null }) {
  const { index, name, size, selector, soakSec, devices, reserves, bytesToPull } = wave
  const id = `planned-${index}`
  const more = size - devices.length
  return (
    <li className="wave" aria-labelledby={id}>
      <header>
        <h3 id={id}>
          <span className="quiet">{index + 1}</span> {name}
        </h3>
        <span className="quiet">
          {counted(size, 'device')}
          {selector !== null && (
            <>
              {' '}
              that match <code>{selector}</code>
            </>
          )}
          , soak {formatSeconds(soakSec)}
          {bytesToPull !== null && `, pulls ${formatBytes(bytesToPull)}`}
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
      {stratifyBy !== null && <Strata wave={wave} label={stratifyBy} />}
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

/** Which values of the label the wave meets: a canary proves something about those only. */
function Strata({ wave: { name, strata, strataCount }, label }: { wave: Wave; label: string }) {
  const more = strataCount - strata.length
  return (
    <div className="strata">
      <span className="quiet">
        Meets {strataCount} of {label}:
      </span>
      <ul className="chips" aria-label={`${label} in ${name}`}>
        {strata.map(({ value, count }) => (
          <li key={value}>
            <strong>{value ?? `no ${label}`}</strong> {counted(count, 'device')}
          </li>
        ))}
        {more > 0 && <li className="quiet">and {more} more</li>}
      </ul>
    </div>
  )
}

function gateText({ failuresToTrip, successesToPass, size }: Wave): string {
  const trip =
    failuresToTrip === null
      ? 'no number of failures trips it'
      : `${counted(failuresToTrip, 'failure')} ${failuresToTrip === 1 ? 'trips' : 'trip'} it`
  return `${trip}; ${successesToPass} of ${counted(size, 'device')} must succeed to pass it.`
}
