import type { Device } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { Badge } from '../../ui/badge.tsx'
import { Digest } from '../../ui/digest.tsx'

type Slot = { name: string; image: Device['booted']; absent: string; locked?: boolean | undefined }

/** The three images that a bootc machine holds: what runs, what is next, and what it can fall back to. */
export function ImageSlots({ device: { booted, staged, rollback } }: { device: Device }) {
  const slots: Slot[] = [
    { name: 'Booted', image: booted, absent: 'Not reported yet' },
    { name: 'Staged', image: staged, absent: 'Nothing waits for a reboot', locked: staged?.locked },
    { name: 'Rollback', image: rollback, absent: 'Nothing to fall back to' },
  ]
  return (
    <ul className="slots">
      {slots.map((slot) => (
        <li key={slot.name} aria-labelledby={`slot-${slot.name}`}>
          <h3 id={`slot-${slot.name}`}>{slot.name}</h3>
          <SlotImage {...slot} />
        </li>
      ))}
    </ul>
  )
}

function SlotImage({ image, absent, locked }: Slot) {
  if (image === null) return <p className="quiet">{absent}</p>
  const { release, digest, ref } = image
  const version = release?.version ?? image.version ?? 'unnamed'
  return (
    <>
      <p className="slot-version">
        {release === null ? version : <Link href={paths.release(release.id)}>{version}</Link>}{' '}
        {locked && <Badge state="locked" tone="quiet" />}
      </p>
      <p className="quiet">
        <Digest digest={digest} />
      </p>
      {ref !== null && <p className="quiet ref">{ref.split('@')[0]}</p>}
    </>
  )
}
