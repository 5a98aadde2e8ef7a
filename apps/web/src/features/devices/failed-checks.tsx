import type { DeviceMachine } from '@bootfleet/contracts'
import { Badge } from '../../ui/badge.tsx'
import { Panel } from '../../ui/panel.tsx'

type Check = DeviceMachine['failedChecks'][number]

/** Health checks that fail, with what they said; nothing where all pass. */
export function FailedChecks({ failed, warnings }: { failed: Check[]; warnings: Check[] }) {
  if (failed.length + warnings.length === 0) return null
  return (
    <Panel title="Health checks that fail">
      {failed.map((check) => (
        <CheckOutput key={check.check} {...check} required />
      ))}
      {warnings.map((check) => (
        <CheckOutput key={check.check} {...check} required={false} />
      ))}
    </Panel>
  )
}

function CheckOutput({ check, output, required }: Check & { required: boolean }) {
  return (
    <>
      <p>
        <strong>{check}</strong>{' '}
        <Badge state={required ? 'required' : 'wanted'} tone={required ? 'bad' : 'attention'} />
      </p>
      {output !== undefined && <pre>{output}</pre>}
    </>
  )
}
