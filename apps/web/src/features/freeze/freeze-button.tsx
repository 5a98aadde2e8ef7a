'use client'

import type { Freeze } from '@bootfleet/contracts'
import { formText } from '../../lib/form-text.ts'
import { useAction } from '../../lib/use-action.ts'
import { ActionButton } from '../../ui/action-button.tsx'

interface FreezeButtonProps {
  /** Without one it is about the whole organization. */
  group?: string
  frozen: Freeze | null
  refusal: string | undefined
}

/** Stops all grants from the second on, and lifts that again. */
export function FreezeButton({ group, frozen, refusal }: FreezeButtonProps) {
  const { run, busy, problem } = useAction()
  const whole = group === undefined
  function start(form: FormData) {
    const body = { reason: formText(form, 'reason') ?? '' }
    void run((api) => (whole ? api.freeze.start({ body }) : api.freeze.startGroup({ params: { group }, body })))
  }
  const end = () => void run((api) => (whole ? api.freeze.end() : api.freeze.endGroup({ params: { group } })))
  return (
    <>
      {frozen === null ? (
        <ActionButton
          label={whole ? 'Freeze everything' : 'Freeze'}
          {...(!whole && { subject: group })}
          danger
          busy={busy}
          reason={refusal}
          confirm={<FreezeEffect what={whole ? 'any group' : group} />}
          onUse={start}
        />
      ) : (
        <ActionButton
          label="Lift the freeze"
          {...(!whole && { subject: `of ${group}` })}
          busy={busy}
          reason={refusal}
          confirm={
            <p>Devices {whole ? '' : `of ${group} `}are granted their reboots again, as budgets and windows allow.</p>
          }
          onUse={end}
        />
      )}
      {problem !== undefined && <p role="alert">{problem}</p>}
    </>
  )
}

function FreezeEffect({ what }: { what: string }) {
  return (
    <>
      <p>
        No device of {what} may reboot into a release from this second on, and grants that were not used are taken back.
        Devices that reboot already are followed to the end. Downloads go on.
      </p>
      <label>
        Reason
        <input name="reason" required maxLength={500} autoComplete="off" placeholder="incident 4711" />
      </label>
    </>
  )
}
