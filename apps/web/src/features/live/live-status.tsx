'use client'

import { api } from '@bootfleet/contracts'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { followStream, type LiveState } from './follow-stream.ts'

/** Many changes come at once: the page is fetched again at most this often. */
const refreshEveryMs = 1_000
/** For what no event tells, such as a device that went quiet, and for times that are told as "ago". */
const pollEveryMs = 15_000

const texts: Record<LiveState, string> = {
  connecting: 'Connecting…',
  live: 'Live',
  reconnecting: 'Reconnecting… what is shown may be old',
}

/** Keeps the page true by the live stream, and says whether it is. */
export function LiveStatus() {
  const router = useRouter()
  const [state, setState] = useState<LiveState>('connecting')
  useEffect(() => {
    let timer: number | undefined
    let latest: LiveState = 'connecting'
    const refresh = () => {
      timer ??= window.setTimeout(() => {
        timer = undefined
        // Without the API a fetch would replace what is shown by an error.
        if (!document.hidden && latest !== 'reconnecting') router.refresh()
      }, refreshEveryMs)
    }
    const onState = (next: LiveState) => {
      latest = next
      setState(next)
    }
    const stop = followStream(api.live.stream.path, { onState, onChange: refresh })
    const poll = window.setInterval(refresh, pollEveryMs)
    document.addEventListener('visibilitychange', refresh)
    return () => {
      stop()
      window.clearInterval(poll)
      window.clearTimeout(timer)
      document.removeEventListener('visibilitychange', refresh)
    }
  }, [router])
  return (
    <span className={`live live-${state}`} role="status">
      {texts[state]}
    </span>
  )
}
