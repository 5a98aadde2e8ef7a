import type { OperatorVerb, Rollout, RolloutWave } from '@bootfleet/contracts'
import { counted } from '../../lib/amounts.ts'
import { stageOf } from './target-stages.ts'

interface VerbEffect {
  label: string
  /** What it does to this rollout; asked about first when it says something. */
  confirm?: (rollout: Rollout) => string
  /** A reason has to be given. */
  asksWhy?: boolean
  danger?: boolean
}

/** What a button says and does. What cannot be taken back is confirmed by naming its effect. */
export const verbEffects: Record<OperatorVerb, VerbEffect> = {
  start: {
    label: 'Start',
    confirm: ({ approvals: { required, given } }) =>
      given < required
        ? `${counted(required, 'other person', 'other people')} must approve it first. It starts when the last one has.`
        : 'The list of targets is frozen and the first wave opens now.',
  },
  schedule: {
    label: 'Schedule',
    confirm: ({ approvals: { required } }) =>
      required > 0
        ? `It starts by itself, once ${counted(required, 'other person has', 'other people have')} approved it with this time.`
        : 'It starts by itself.',
  },
  approve: {
    label: 'Approve',
    confirm: (rollout) => {
      const wave = waitingWave(rollout)
      if (wave) return `Wave ${wave.index + 1} "${wave.name}" opens for ${counted(wave.size, 'device')}.`
      const { required, given } = rollout.approvals
      return given + 1 < required
        ? `You approve that it starts. ${required - given - 1} more must.`
        : 'You are the last one who must approve it: it starts.'
    },
  },
  reject: {
    label: 'Reject',
    danger: true,
    asksWhy: true,
    confirm: () => 'It does not start and ends here: no device has heard of it. A new one may be made.',
  },
  pause: { label: 'Pause', confirm: (rollout) => `${applyingText(rollout)} Nothing new is offered or granted.` },
  resume: { label: 'Resume', confirm: () => 'Devices are offered the release again and may reboot into it.' },
  promote: {
    label: 'Open the next wave',
    confirm: (rollout) => {
      const wave = nextWave(rollout)
      if (!wave) return 'Devices converge again, without those that failed.'
      const name = `Wave ${wave.index + 1} "${wave.name}"`
      return wave.approval === 'manual'
        ? `The gate of the wave before is not waited for. ${name} opens when a person has approved it.`
        : `${name} opens now, whatever the gate of the one before will say.`
    },
  },
  retry: {
    label: 'Retry failed',
    confirm: ({ counts }) => {
      const failed = counts.failed + counts.timed_out + counts.rolled_back
      return `${counted(failed, 'device')} that failed ${failed === 1 ? 'is' : 'are'} offered the release again.`
    },
  },
  'roll-back': {
    label: 'Roll back',
    danger: true,
    confirm: (rollout) =>
      `${counted(onRelease(rollout), 'device')} on the release or on the way to it ${onRelease(rollout) === 1 ? 'goes' : 'go'} back to what they ran before, within the budget and the windows. No other device is offered it.`,
  },
  abort: {
    label: 'Abort',
    danger: true,
    confirm: (rollout) =>
      `${applyingText(rollout)} Every other device goes back to what it should have been before. An aborted rollout cannot be resumed.`,
  },
}

/** The wave that opens next; none where all are open. */
export function nextWave({ waves }: Rollout): RolloutWave | undefined {
  return waves.find(({ state }) => state === 'pending')
}

/** The wave that a person has to approve now. */
export function waitingWave({ waves }: Rollout): RolloutWave | undefined {
  return waves.find(({ state, approvalAskedAt, approvedAt }) => {
    return state === 'pending' && approvalAskedAt !== null && approvedAt === null
  })
}

function onRelease({ counts }: Rollout): number {
  return counts.granted + counts.rebooting + counts.verifying + counts.soaking + counts.succeeded
}

function applyingText({ counts }: Rollout): string {
  const entries = Object.entries(counts) as [keyof typeof counts, number][]
  const applying = entries.reduce((sum, [state, count]) => (stageOf[state] === 'applying' ? sum + count : sum), 0)
  if (applying === 0) return 'No device is rebooting now.'
  return `${counted(applying, 'device')} already rebooting will be followed to the end.`
}
