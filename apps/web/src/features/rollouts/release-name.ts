import type { Rollout } from '@bootfleet/contracts'

/** What people call a release. */
export function releaseName({ version, tag, repository }: Rollout['release']): string {
  return version ?? tag ?? repository
}
