'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { browserApi, problemText } from './browser-api.ts'
import type { Client } from '@bootfleet/sdk'

/** One thing that a person asks of the API: busy while it runs, and a sentence when it was refused. */
export function useAction() {
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  /** Does it and fetches the page again; `undefined` when it was refused. */
  async function run<T>(act: (api: Client) => Promise<T>): Promise<T | undefined> {
    setBusy(true)
    setProblem(undefined)
    try {
      const result = await act(browserApi())
      router.refresh()
      return result
    } catch (error) {
      setProblem(problemText(error))
      return undefined
    } finally {
      setBusy(false)
    }
  }
  return { run, busy, problem }
}
