import type { GroupUsage } from '@bootfleet/contracts'
import { counted } from '../../lib/amounts.ts'
import { Facts } from '../../ui/facts.tsx'

/** How much of a budget is used now, and what keeps its devices whatever room there is. */
export function UsageFacts({ usage }: { usage: GroupUsage }) {
  const { devices, slots, taken, notBack, free, downloading, maxDownloading, label, buckets, closed } = usage
  return (
    <>
      <Facts
        facts={[
          ['Away to apply', `${taken} of ${slots}, for ${counted(devices, 'device')}`],
          ['Not back yet', notBack === 0 ? 'none' : `${notBack} of these, whose attempt has ended`],
          ['Room for', counted(free, 'device')],
          ['Downloading', `${downloading} of ${maxDownloading}`],
        ]}
      />
      {label !== null && (
        <ul className="reasons" aria-label={`Used by ${label}`}>
          {buckets.length === 0 && <li className="quiet">No value of {label} holds a slot.</li>}
          {buckets.map(({ value, slots: most, taken: held, holders }) => (
            <li key={JSON.stringify(value)}>
              {value === null ? `without ${label}` : `${label}=${value}`}: {held} of {most}{' '}
              <span className="quiet">
                {holders.join(', ')}
                {held > holders.length && ` and ${held - holders.length} more`}
              </span>
            </li>
          ))}
        </ul>
      )}
      {closed !== null && <p className="quiet">{closed.message}</p>}
    </>
  )
}
