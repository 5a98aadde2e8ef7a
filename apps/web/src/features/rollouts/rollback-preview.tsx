'use client'

import type { RollbackPreview as Preview } from '@bootfleet/contracts'
import { useState } from 'react'
import { counted, formatBytes } from '../../lib/amounts.ts'
import { browserApi, problemText } from '../../lib/browser-api.ts'
import { spanWords } from '../../lib/span-words.ts'

/** What rolling back now would do, read when somebody asks: for a large rollout it takes a moment. */
export function RollbackPreview({ rollout }: { rollout: string }) {
  const [preview, setPreview] = useState<Preview>()
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  async function read() {
    setBusy(true)
    setProblem(undefined)
    try {
      setPreview(await browserApi().rollouts.previewRollBack({ params: { rollout } }))
    } catch (error) {
      setProblem(problemText(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div aria-live="polite">
      {preview === undefined ? (
        <button type="button" aria-disabled={busy || undefined} onClick={() => void (busy || read())}>
          Show what it would do
        </button>
      ) : (
        <ul className="reasons">
          {linesOf(preview).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {problem !== undefined && <p role="alert">{problem}</p>}
    </div>
  )
}

function linesOf({
  bySlot,
  byPull,
  bytesToPull,
  goesTo,
  goesToCount,
  excluded,
  estimate,
  warnings,
}: Preview): string[] {
  const images = goesTo.map(({ release, digest, bySlot: own, byPull: pulled }) => {
    return `${counted(own + pulled, 'device')} to ${release?.name ?? digest.slice(0, 19)}`
  })
  const bytes = bytesToPull === null ? '' : `, ${formatBytes(bytesToPull)} at most`
  return [
    `${counted(bySlot, 'device')} by the slot that they have, ${counted(byPull, 'device')} by pulling${bytes}.`,
    ...(images.length > 0 ? [`${images.join(', ')}${goesToCount > goesTo.length ? ', and other images' : ''}.`] : []),
    ...(estimate?.p50 && estimate.p90
      ? [`Done in ${spanWords({ from: new Date().toISOString(), p50: estimate.p50, p90: estimate.p90 })}.`]
      : []),
    ...excluded.map(({ count, because }) => `${counted(count, 'device')} not: ${because.message}`),
    ...warnings.map(({ message }) => message),
  ]
}
