import type { DeviceImage as Image } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { shortDigest } from '../../lib/digest.ts'

/** The version that people know it by, and the digest that proves it. */
export function DeviceImage({ image }: { image: Image | null }) {
  if (image === null) return <span className="quiet">none reported</span>
  const version = image.release?.version ?? image.version
  return (
    <span className="nowrap">
      {image.release === null ? version : <Link href={paths.release(image.release.id)}>{version ?? 'release'}</Link>}{' '}
      <code className="wide" title={image.digest}>
        {shortDigest(image.digest)}
      </code>
    </span>
  )
}
