'use client'

import { useRouter } from 'next/navigation'
import type { ReactNode } from 'react'
import type { Client } from '@bootfleet/sdk'
import { useAction } from '../lib/use-action.ts'
import { ActionButton } from './action-button.tsx'

interface DangerActionProps {
  label: string
  subject: string
  /** Why it cannot be used now. */
  reason: string | undefined
  /** The effect, which nothing takes back. */
  confirm: ReactNode
  act: (api: Client) => Promise<unknown>
  /** The page to go to when what this one shows is gone. */
  then?: string
}

/** A button that asks, does something that cannot be taken back, and says what went wrong. */
export function DangerAction({ act, then, ...button }: DangerActionProps) {
  const { run, busy, problem } = useAction()
  const router = useRouter()
  async function use() {
    const done = await run(async (api) => {
      await act(api)
      return true
    })
    if (done && then !== undefined) router.push(then)
  }
  return (
    <>
      <ActionButton {...button} danger busy={busy} onUse={() => void use()} />
      {problem !== undefined && <p role="alert">{problem}</p>}
    </>
  )
}
