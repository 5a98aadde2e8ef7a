import type { OperatorVerb } from '@bootfleet/contracts'

/** What a button says and does. What cannot be undone is confirmed by naming its effect. */
export const verbEffects: Record<OperatorVerb, { label: string; confirm?: string }> = {
  start: { label: 'Start', confirm: 'Devices of the first wave are offered the release now.' },
  pause: { label: 'Pause' },
  resume: { label: 'Resume' },
  promote: { label: 'Open the next wave', confirm: 'The next wave opens now, whatever the gate of this one says.' },
  abort: {
    label: 'Abort',
    confirm:
      'Devices without a grant go back to what they had; devices that reboot are followed to the end. It cannot be resumed.',
  },
  retry: { label: 'Retry failed', confirm: 'Devices that failed are offered the release again.' },
}
