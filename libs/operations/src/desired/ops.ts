import { z } from 'zod'
import type { Desired } from '@bootfleet/contracts'

const counter = z.number().int().min(0).optional().catch(undefined)
const Ops = z.object({ reboot: counter, collectLogs: counter, unquarantine: counter }).catch({})

/** The operation counters of a device row, as a desired document carries them. What is not a counter is dropped. */
export function readOps(ops: unknown): Desired['ops'] {
  return Ops.parse(ops)
}
