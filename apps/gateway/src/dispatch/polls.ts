import type { Control } from '@bootfleet/contracts'
import { BoundedMap } from '../connections/bounded-map.ts'

const hintsKept = 10
const devicesKept = 10_000

/** Open HTTPS polls, and hints for devices that poll. */
export interface Polls {
  /** Resolves with true when there is something for the device, with false after `ms`, on `signal`, or by a newer poll. */
  wait(deviceId: string, ms: number, signal: AbortSignal): Promise<boolean>
  wake(deviceId: string): void
  /** Leaves a hint for the device's next answer. */
  post(deviceId: string, control: Control): void
  /** Takes the hints out. */
  collect(deviceId: string): Control[]
  size(): number
}

export function createPolls(): Polls {
  const open = new Map<string, (woken: boolean) => void>()
  const hints = new BoundedMap<string, Control[]>(devicesKept)
  const wake = (deviceId: string) => open.get(deviceId)?.(true)
  return {
    wait: (deviceId, ms, signal) => {
      open.get(deviceId)?.(false)
      return new Promise((resolve) => {
        const end = (woken: boolean) => {
          clearTimeout(timer)
          signal.removeEventListener('abort', abort)
          if (open.get(deviceId) === end) open.delete(deviceId)
          resolve(woken)
        }
        const abort = () => end(false)
        const timer = setTimeout(abort, ms)
        signal.addEventListener('abort', abort, { once: true })
        open.set(deviceId, end)
        if (signal.aborted) end(false)
      })
    },
    wake,
    post: (deviceId, control) => {
      const others = (hints.get(deviceId) ?? []).filter(({ kind }) => kind !== control.kind || kind === 'seen')
      hints.set(deviceId, [...others, control].slice(-hintsKept))
      wake(deviceId)
    },
    collect: (deviceId) => {
      const found = hints.get(deviceId) ?? []
      hints.delete(deviceId)
      return found
    },
    size: () => open.size,
  }
}
