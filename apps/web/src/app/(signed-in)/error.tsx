'use client'

import { useRouter } from 'next/navigation'
import { startTransition, useEffect, useEffectEvent } from 'react'

const againEveryMs = 5_000

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  const router = useRouter()
  const again = useEffectEvent(() => {
    startTransition(() => {
      router.refresh()
      reset()
    })
  })
  useEffect(() => {
    const timer = window.setInterval(() => again(), againEveryMs)
    return () => window.clearInterval(timer)
  }, [])
  return (
    <div role="alert">
      <h1>This page cannot be shown now</h1>
      <p>The API did not answer as it should. It may be starting; this page tries again by itself.</p>
    </div>
  )
}
