'use client'

import { api } from '@bootfleet/contracts'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'

/** Many changes come at once: the page is fetched again at most this often. */
const refreshEveryMs = 1_000
/** Also without a stream, and for what no event tells, such as a device that went quiet. */
const pollEveryMs = 15_000

/** Keeps the page true: fetches it again when the live stream says that something changed, and now and then anyway. */
export function LiveRefresh() {
  const router = useRouter()
  useEffect(() => {
    let timer: number | undefined
    const refresh = () => {
      timer ??= window.setTimeout(() => {
        timer = undefined
        if (!document.hidden) router.refresh()
      }, refreshEveryMs)
    }
    const source = new EventSource(api.live.stream.path)
    source.addEventListener('message', refresh)
    const poll = window.setInterval(refresh, pollEveryMs)
    document.addEventListener('visibilitychange', refresh)
    return () => {
      source.close()
      window.clearInterval(poll)
      window.clearTimeout(timer)
      document.removeEventListener('visibilitychange', refresh)
    }
  }, [router])
  return null
}
