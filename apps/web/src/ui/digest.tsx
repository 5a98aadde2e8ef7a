import { shortDigest } from '../lib/digest.ts'
import { CopyButton } from './copy-button.tsx'

/** A digest, shortened; the whole of it to point at and to copy. */
export function Digest({ digest }: { digest: string }) {
  return (
    <span className="nowrap">
      <code title={digest}>{shortDigest(digest)}</code>
      <CopyButton text={digest} what={`digest ${shortDigest(digest)}`} />
    </span>
  )
}
