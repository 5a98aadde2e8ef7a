export type LiveState = 'connecting' | 'live' | 'reconnecting'

interface StreamListener {
  /** The stream was opened or lost. */
  onState: (state: LiveState) => void
  /** Something changed, or may have while there was no stream. */
  onChange: () => void
}

const firstRetryMs = 1_000
const longestRetryMs = 15_000

/**
 * Follows the live stream until the returned function is called. A browser gives an EventSource up for good when the
 * server answers with an error, so it is made anew then. Each new stream begins with a message: whatever happened in
 * between is fetched.
 */
export function followStream(path: string, { onState, onChange }: StreamListener): () => void {
  let source: EventSource | undefined
  let retry: number | undefined
  let failures = 0

  function open() {
    const current = new EventSource(path)
    source = current
    current.addEventListener('open', () => {
      failures = 0
      onState('live')
    })
    current.addEventListener('message', onChange)
    current.addEventListener('error', () => {
      onState('reconnecting')
      if (current.readyState !== EventSource.CLOSED) return
      window.clearTimeout(retry)
      retry = window.setTimeout(open, Math.min(firstRetryMs * 2 ** failures++, longestRetryMs))
    })
  }

  open()
  return () => {
    window.clearTimeout(retry)
    source?.close()
  }
}
