import { randomUUID } from 'node:crypto'
import type { Envelope, MessagePlace } from '@bootfleet/contracts'
import { readClock } from '../clock.ts'
import { plainJson } from '../plain-text.ts'

/** Wraps message bodies, whose texts the other side can take whatever they came from; `(inc, epoch, seq)` is unique for each. */
export interface Enveloper {
  wrap: (body: unknown) => Envelope
  /** Where the newest message is. */
  last: () => MessagePlace
  /** From now on in another epoch, which must be a later one. */
  begin: (epoch: number) => void
}

export function createEnveloper(order: { inc: number; epoch: number }): Enveloper {
  const startedAt = readClock().mono
  let { epoch } = order
  let seq = 0
  return {
    last: () => ({ epoch, seq }),
    begin: (later) => {
      epoch = later
      seq = 0
    },
    wrap: (body) => {
      seq += 1
      const { mono, wall } = readClock()
      return {
        v: 1,
        id: randomUUID(),
        inc: order.inc,
        epoch,
        seq,
        ts: new Date(wall).toISOString(),
        up: mono - startedAt,
        body: plainJson(body),
      }
    },
  }
}
