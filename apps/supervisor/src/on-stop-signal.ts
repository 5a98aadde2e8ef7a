// npm passes a Ctrl-C on that the terminal has sent to everyone already: two within this time are one.
const sameMs = 1_000

/** Calls `first` when asked to stop (Ctrl-C, SIGTERM, a closed terminal), and `again` when asked once more. */
export function onStopSignal({ first, again }: { first: () => void; again: () => void }): void {
  let askedAt: number | undefined
  const ask = () => {
    const now = performance.now()
    if (askedAt === undefined) {
      askedAt = now
      first()
    } else if (now - askedAt > sameMs) again()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask)
}
