'use client'

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  return (
    <div role="alert">
      <h1>This page cannot be shown now</h1>
      <p>The API did not answer as it should. It may be starting: wait a moment, then try again.</p>
      <button type="button" onClick={reset}>
        Try again
      </button>
    </div>
  )
}
