/** Pings a peer and notices when it is gone. */
export interface Keepalive {
  /** Something arrived. */
  heard: () => void
  stop: () => void
}

/**
 * Pings at half of the keepalive and calls `onSilence` once nothing at all arrived for one and a half times of it,
 * which is what the broker does to us.
 */
export function startKeepalive(keepaliveSec: number, actions: { ping: () => void; onSilence: () => void }): Keepalive {
  const intervalMs = (keepaliveSec * 1000) / 2
  let quietIntervals = 0
  const timer = setInterval(() => {
    quietIntervals += 1
    if (quietIntervals > 3) actions.onSilence()
    else actions.ping()
  }, intervalMs)
  return {
    heard: () => {
      quietIntervals = 0
    },
    stop: () => clearInterval(timer),
  }
}
