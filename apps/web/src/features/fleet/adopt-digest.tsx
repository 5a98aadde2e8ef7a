'use client'

import { useState } from 'react'
import { shortDigest } from '../../lib/digest.ts'
import { useAction } from '../../lib/use-action.ts'
import { ActionButton } from '../../ui/action-button.tsx'

interface AdoptDigestProps {
  digest: string
  channels: string[]
  refusal: string | undefined
}

/** Makes a release of an image that devices run and no release has. */
export function AdoptDigest({ digest, channels, refusal }: AdoptDigestProps) {
  const { run, busy, problem } = useAction()
  const [channel, setChannel] = useState(channels[0] ?? '')
  return (
    <>
      <ActionButton
        label="Adopt"
        subject={shortDigest(digest)}
        busy={busy}
        reason={channels.length === 0 ? 'There is no channel yet.' : refusal}
        confirm={
          <label>
            As a release of the channel{' '}
            <select value={channel} onChange={({ target }) => setChannel(target.value)}>
              {channels.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        }
        onUse={() => void run((api) => api.channels.adopt({ params: { channel }, body: { digest } }))}
      />
      {problem !== undefined && <p role="alert">{problem}</p>}
    </>
  )
}
