import { randomBytes } from 'node:crypto'
import { v7 } from 'uuid'
import type { Database } from '@bootfleet/db'
import type { Services } from '@bootfleet/operations'
import { createSecretBox } from '@bootfleet/pki'

/** A clock that tests move. */
export interface VirtualClock {
  now: () => Date
  /** Lets so many seconds pass. */
  advance(seconds: number): void
}

/** A clock that stands at the start of 2026 until it is moved. */
export function virtualClock(start: Date = new Date('2026-01-01T00:00:00.000Z')): VirtualClock {
  let time = start.getTime()
  return {
    now: () => new Date(time),
    advance: (seconds) => {
      time += seconds * 1000
    },
  }
}

/** Services as a process has them, with the real clock unless one is given. */
export function testServices(db: Database, now: () => Date = () => new Date()): Services {
  return {
    db,
    now,
    newId: () => v7(),
    secrets: createSecretBox(randomBytes(32)),
    addresses: {
      web: 'http://127.0.0.1:3000',
      device: 'https://127.0.0.1:8443',
      mqtt: { host: '127.0.0.1', port: 8883 },
    },
    registry: { allowPrivate: true, allowInsecure: true },
  }
}
