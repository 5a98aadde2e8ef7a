import type { DeviceImage as Image } from '@bootfleet/contracts'
import { shortDigest } from '../../lib/digest.ts'

/** The version that people know it by, and the digest that proves it. */
export function DeviceImage({ image }: { image: Image | null }) {
  if (image === null) return <span className="quiet">none reported</span>
  const version = image.release?.version ?? image.version
  return (
    <>
      {version && `${version} `}
      <code title={image.digest}>{shortDigest(image.digest)}</code>
    </>
  )
}
