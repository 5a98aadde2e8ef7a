import type { Demo } from '@bootfleet/contracts'
import { paths } from '../../lib/paths.ts'

/** Where the hint of the demo leads; nothing while there is nothing to do but wait. */
export function nextStep({ hint, channel, releases }: Demo): { text: string; href: string } | undefined {
  const release = releases.find(({ id }) => id === hint?.['release'])
  if (release === undefined) return undefined
  const name = release.version ?? release.tag ?? 'the release'
  if (release.rollout !== null) return { text: `Watch ${name}`, href: paths.rollout(release.rollout.id) }
  return {
    text: `Plan the rollout of ${name}`,
    href: paths.newRollout({ channel: channel?.name, release: release.id }),
  }
}
