import { limits } from '@bootfleet/contracts'

/** Keeps below what the server allows a device, with room for telemetry. */
export interface Pace {
  /** Milliseconds until one more message may go; takes it when that is 0. */
  take: (mono: number) => number
}

export function createPace(): Pace {
  const capacity = limits.messageBurst - 6
  const perMs = (limits.messagesPerSecond - 1) / 1000
  let tokens: number = capacity
  let lastMono: number | undefined
  return {
    take: (mono) => {
      tokens = Math.min(capacity, tokens + (mono - (lastMono ?? mono)) * perMs)
      lastMono = mono
      if (tokens < 1) return Math.ceil((1 - tokens) / perMs)
      tokens -= 1
      return 0
    },
  }
}
