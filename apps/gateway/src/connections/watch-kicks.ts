import { z } from 'zod'
import { endPresence, findDeadCertificates, type Services } from '@bootfleet/operations'
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

/**
 * Puts a device off its connection. One that enrolled again and is here with its new certificate stays: the revocation
 * meant the old one.
 */
export async function kickDevice(services: Services, broker: BrokerPort, { deviceId, why }: Kick): Promise<void> {
  const fingerprint = [...broker.connections()].find(([, id]) => id === deviceId)?.[0]
  const here = fingerprint === undefined ? [] : [fingerprint]
  const stays = why !== 'admin' && here.length > 0 && (await findDeadCertificates(services, here)).length === 0
  if (stays) return
  await broker.kick(deviceId, why)
  await endPresence(services, deviceId)
}

/** Closes live connections whose certificate is no longer in force: for kicks whose notification was lost. */
export async function sweepConnections(services: Services, broker: BrokerPort): Promise<void> {
  const live = broker.connections()
  const fingerprints = [...live.keys()]
  for (let at = 0; at < fingerprints.length; at += checkedAtOnce) {
    const dead = await findDeadCertificates(services, fingerprints.slice(at, at + checkedAtOnce))
    for (const fingerprint of dead) {
      const deviceId = live.get(fingerprint) ?? ''
      await broker.kick(deviceId, 'revoked')
      await endPresence(services, deviceId)
    }
  }
}
