import type { Rollout } from '@bootfleet/contracts'
import { Badge } from '../../ui/badge.tsx'
import { Instant } from '../../ui/instant.tsx'
import { progressText } from './progress-text.ts'
import { releaseName } from './release-name.ts'
import { rolloutTones } from './state-tones.ts'

export function RolloutFacts({ rollout }: { rollout: Rollout }) {
  return (
    <>
      <h1>
        {releaseName(rollout.release)} to {rollout.channel.name}{' '}
        <Badge state={rollout.state} tone={rolloutTones[rollout.state]} />
      </h1>
      <p>{rollout.because.message}</p>
      <p>
        {progressText(rollout)}. Policy {rollout.policyName ?? 'of its own'}
        {rollout.selector !== null && (
          <>
            , devices with <code>{rollout.selector}</code>
          </>
        )}
        . Created by {rollout.createdBy} <Instant at={rollout.createdAt} />, started{' '}
        <Instant at={rollout.startedAt} absent="not yet" />, ended <Instant at={rollout.endedAt} absent="not yet" />.
      </p>
    </>
  )
}
