'use client'

import type { Registry } from '@bootfleet/contracts'
import { formText } from '../../lib/form-text.ts'
import { useAction } from '../../lib/use-action.ts'
import { ActionButton } from '../../ui/action-button.tsx'

type RegistryVerbsProps = Pick<Registry, 'id' | 'scope' | 'username' | 'forDevices'> & { refusal: string | undefined }

export function RegistryVerbs({ id, scope, username, forDevices, refusal }: RegistryVerbsProps) {
  const { run, busy, problem } = useAction()
  const params = { id }
  function change(form: FormData) {
    // Not trimmed: a password may begin with a blank.
    const password = form.get('password')
    const body = {
      username: formText(form, 'username') ?? username,
      forDevices: form.has('forDevices'),
      ...(typeof password === 'string' && password !== '' && { password }),
    }
    void run((api) => api.registries.update({ params, body }))
  }
  return (
    <span className="row-verbs">
      <ActionButton
        label="Change"
        subject={scope}
        busy={busy}
        reason={refusal}
        confirm={<ChangeFields {...{ scope, username, forDevices }} />}
        onUse={change}
      />
      <ActionButton
        label="Delete"
        subject={scope}
        danger
        busy={busy}
        reason={refusal}
        confirm={
          <p>
            bootfleet forgets how to sign in to {scope}. Images there that are not public can be read no more
            {forDevices && ', and devices lose the credentials too'}.
          </p>
        }
        onUse={() => void run((api) => api.registries.remove({ params }))}
      />
      {problem !== undefined && <p role="alert">{problem}</p>}
    </span>
  )
}

function ChangeFields({ scope, username, forDevices }: Pick<Registry, 'scope' | 'username' | 'forDevices'>) {
  return (
    <div className="stack">
      <p>
        For <code>{scope}</code>.
      </p>
      <label>
        User
        <input name="username" required maxLength={200} autoComplete="off" defaultValue={username} />
      </label>
      <label>
        New password or token
        <input name="password" type="password" maxLength={8192} autoComplete="new-password" placeholder="as it is" />
      </label>
      <label className="inline">
        <input name="forDevices" type="checkbox" defaultChecked={forDevices} />
        Devices get it too, for their own pulls
      </label>
    </div>
  )
}
