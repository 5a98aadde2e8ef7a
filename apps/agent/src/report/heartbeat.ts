import type { Runtime } from '../runtime.ts'

const defaultSec = 60

/** Beats as often as the desired document says, or a hint until the next document. */
export interface Heartbeat {
  setSeconds: (seconds: number) => void
  stop: () => void
}

export function startHeartbeat(runtime: Runtime): Heartbeat {
  const { memory, outbox, desired, bootLog } = runtime
  let hint: { gen: number; seconds: number } | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  function seconds(): number {
    const doc = desired.current()?.doc
    const hinted = hint !== undefined && hint.gen === (doc?.gen ?? 0) ? hint.seconds : undefined
    return hinted ?? doc?.config.heartbeatSec ?? defaultSec
  }

  function schedule(): void {
    if (stopped) return
    clearTimeout(timer)
    timer = setTimeout(beat, seconds() * 1000)
  }

  function beat(): void {
    const gen = desired.current()?.doc.gen ?? 0
    if (memory.conn !== null) {
      const boots = bootLog.entries().filter(({ final }) => final).length
      const body = { conn: memory.conn, gen, lastSeq: outbox.lastKeptSeq(), boots }
      void outbox.telemetry('tm/hb', body)
    }
    schedule()
  }

  schedule()
  return {
    setSeconds: (value) => {
      hint = { gen: desired.current()?.doc.gen ?? 0, seconds: value }
      schedule()
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
