import { randomUUID } from 'node:crypto'
import type { Envelope } from '@bootfleet/contracts'
import { readClock } from '../clock.ts'
import { plainJson } from '../plain-text.ts'

/** Wraps message bodies, whose texts the other side can take whatever they came from; `(inc, epoch, seq)` is unique for each. */
export interface Enveloper {
  wrap: (body: unknown) => Envelope
}

export function createEnveloper(order: { inc: number; epoch: number }): Enveloper {
  const startedAt = readClock().mono
  let seq = 0
  return {
    wrap: (body) => {
      seq += 1
      const { mono, wall } = readClock()
      return {
        v: 1,
        id: randomUUID(),
        ...order,
        seq,
        ts: new Date(wall).toISOString(),
        up: mono - startedAt,
        body: plainJson(body),
      }
    },
  }
}
