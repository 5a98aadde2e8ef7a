'use client'

import type { Enrollment } from '@bootfleet/contracts'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { paths } from '../../lib/paths.ts'
import { useAction } from '../../lib/use-action.ts'
import { ActionButton } from '../../ui/action-button.tsx'

interface PendingListProps {
  pending: (Pick<Enrollment, 'id' | 'hardwareId' | 'hostname' | 'architecture' | 'token' | 'claims'> & {
    asked: ReactNode
  })[]
  refusal: string | undefined
}

/** Machines that ask to be let in. */
export function PendingList({ pending, refusal }: PendingListProps) {
  const { run, busy, problem } = useAction()
  return (
    <>
      {problem !== undefined && <p role="alert">{problem}</p>}
      <ul className="cards">
        {pending.map(({ id, hardwareId, hostname, architecture, token, claims, asked }) => (
          <li key={id}>
            <div className="card-head">
              <strong>{hostname ?? hardwareId}</strong>
              <span className="quiet">
                {hostname !== null && hostname !== hardwareId && (
                  <>
                    <code>{hardwareId}</code>,{' '}
                  </>
                )}
                {architecture}, by {token.name}, {asked}
              </span>
            </div>
            {claims && (
              <p className="note note-attention">
                It says that it is <Link href={paths.device(claims.device.id)}>{claims.device.name}</Link>, which{' '}
                {claims.why === 'connected' ? 'is connected' : `is in another group than that of ${token.name}`}. Let it
                in only if that machine was installed again: the device’s certificate ends then.
              </p>
            )}
            <div className="verbs">
              <ActionButton
                label={`Let ${hostname ?? hardwareId} in`}
                primary
                busy={busy}
                reason={refusal}
                onUse={() => void run((api) => api.enrollments.approve({ params: { id } }))}
              />
              <ActionButton
                label={`Turn ${hostname ?? hardwareId} away`}
                danger
                busy={busy}
                reason={refusal}
                confirm={<p>It gets no certificate and is told so.</p>}
                onUse={() => void run((api) => api.enrollments.reject({ params: { id } }))}
              />
            </div>
          </li>
        ))}
      </ul>
    </>
  )
}
