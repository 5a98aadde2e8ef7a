import type { Release } from '@bootfleet/contracts'
import { shortDigest } from '../../lib/digest.ts'

/** What people call a release: its version, else its tag, else the start of its digest. */
export function releaseTitle({ version, tag, indexDigest, manifests }: Release): string {
  return version ?? tag ?? shortDigest(indexDigest ?? manifests[0]?.manifestDigest ?? '')
}
