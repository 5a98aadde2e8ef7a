import { z } from 'zod'
import { findDeadCertificates, type Services } from '@bootfleet/operations'
import type { BrokerPort } from '../broker/broker-port.ts'

const checkedAtOnce = 1000

const Kick = z.object({ deviceId: z.string(), why: z.enum(['revoked', 'removed', 'admin']) })
export type Kick = z.infer<typeof Kick>

/** Reads the payload of a kick notification; `undefined` when it is none. */
export function readKick(payload: string): Kick | undefined {
  try {
    return Kick.safeParse(JSON.parse(payload)).data
  } catch {
    return undefined
  }
}

/** Closes live connections whose certificate is no longer in force: for kicks whose notification was lost. */
export async function sweepConnections(services: Services, broker: BrokerPort): Promise<void> {
  const live = broker.connections()
  const fingerprints = [...live.keys()]
  for (let at = 0; at < fingerprints.length; at += checkedAtOnce) {
    const dead = await findDeadCertificates(services, fingerprints.slice(at, at + checkedAtOnce))
    for (const fingerprint of dead) await broker.kick(live.get(fingerprint) ?? '', 'revoked')
  }
}
