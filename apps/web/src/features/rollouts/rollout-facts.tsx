import type { Rollout } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { Badge } from '../../ui/badge.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Instant } from '../../ui/instant.tsx'
import { estimateFacts } from './estimate-facts.tsx'
import { progressText } from './progress-text.ts'
import { releaseName } from './release-name.ts'
import { RollbackLinks } from './rollback-links.tsx'
import { RolloutProgress } from './rollout-progress.tsx'
import { rolloutTones } from './state-tones.ts'

function policyText({ policyName, policyVersion }: Rollout): string {
  if (policyName === null) return 'of its own'
  return policyVersion === null ? policyName : `${policyName}, version ${policyVersion}`
}

function excludeFacts({ exclude, policy }: Rollout) {
  const all = [exclude, policy.exclude].filter((selector) => selector)
  return all.length > 0 ? [['Left out', <code key="all">{all.join(' or ')}</code>] as const] : []
}

function approvalFacts({ approvals: { required, given, list } }: Rollout) {
  if (required === 0) return []
  const names = list.filter(({ wave }) => wave === null).map(({ by }) => by)
  return [['Approved', `by ${given} of ${required}${names.length > 0 ? `: ${names.join(', ')}` : ''}`] as const]
}

export function RolloutFacts({ rollout }: { rollout: Rollout }) {
  const { release, channel, state } = rollout
  return (
    <>
      <h1>
        {rollout.kind === 'rollback' ? 'Back from ' : ''}
        {releaseName(release)} {rollout.kind === 'rollback' ? 'on' : 'to'} {channel.name}{' '}
        <Badge state={state} tone={rolloutTones[state]} />
      </h1>
      <p className="because">{rollout.because.message}</p>
      <p className="hidden" role="status">
        {`The rollout is ${state}: ${progressText(rollout)}.`}
      </p>
      <RolloutProgress rollout={rollout} />
      <RollbackLinks rollout={rollout} />
      <Facts
        facts={[
          ['Release', <Link href={paths.release(release.id)}>{releaseName(release)}</Link>],
          ['Channel', <Link href={paths.channel(channel.name)}>{channel.name}</Link>],
          ['Policy', policyText(rollout)],
          ['Devices', rollout.selector === null ? 'all of the channel' : <code>{rollout.selector}</code>],
          [
            'Created',
            <>
              <Instant at={rollout.createdAt} /> by {rollout.createdBy}
            </>,
          ],
          ...excludeFacts(rollout),
          ...approvalFacts(rollout),
          ['Started', <Instant at={rollout.startedAt} absent="not yet" />],
          ...estimateFacts(rollout),
          ...(rollout.endedAt === null ? [] : [['Ended', <Instant at={rollout.endedAt} />] as const]),
        ]}
      />
    </>
  )
}
