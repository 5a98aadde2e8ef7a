import type { OperatorVerb, Rollout } from '@bootfleet/contracts'
import { counted } from '../../lib/amounts.ts'
import { stageOf } from './target-stages.ts'

interface VerbEffect {
  label: string
  /** What it does to this rollout; asked about first when it says something. */
  confirm?: (rollout: Rollout) => string
  danger?: boolean
}

/** What a button says and does. What cannot be taken back is confirmed by naming its effect. */
export const verbEffects: Record<OperatorVerb, VerbEffect> = {
  start: { label: 'Start', confirm: () => 'The list of targets is frozen and the first wave opens now.' },
  pause: { label: 'Pause', confirm: (rollout) => `${applyingText(rollout)} Nothing new is offered or granted.` },
  resume: { label: 'Resume', confirm: () => 'Devices are offered the release again and may reboot into it.' },
  promote: {
    label: 'Open the next wave',
    confirm: () => 'The next wave opens now, whatever the gate of this one will say.',
  },
  retry: {
    label: 'Retry failed',
    confirm: ({ counts }) => {
      const failed = counts.failed + counts.timed_out + counts.rolled_back
      return `${counted(failed, 'device')} that failed ${failed === 1 ? 'is' : 'are'} offered the release again.`
    },
  },
  abort: {
    label: 'Abort',
    danger: true,
    confirm: (rollout) =>
      `${applyingText(rollout)} Every other device goes back to what it should have been before. An aborted rollout cannot be resumed.`,
  },
}

function applyingText({ counts }: Rollout): string {
  const entries = Object.entries(counts) as [keyof typeof counts, number][]
  const applying = entries.reduce((sum, [state, count]) => (stageOf[state] === 'applying' ? sum + count : sum), 0)
  if (applying === 0) return 'No device is rebooting now.'
  return `${counted(applying, 'device')} already rebooting will be followed to the end.`
}
