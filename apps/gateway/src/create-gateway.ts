import type { AddressInfo } from 'node:net'
import { notifyChannels } from '@bootfleet/contracts'
import { checkLogin, listen } from '@bootfleet/db'
import { pingDatabase } from '@bootfleet/operations'
import type { Logger } from '@bootfleet/telemetry'
import type { GatewayConfig } from './config.ts'
import { kickDevice, readKick, sweepConnections } from './connections/watch-kicks.ts'
import { openParts, type Parts } from './gateway-parts.ts'
import { startHealthServer } from './http/health-server.ts'
import { openServices } from './open-services.ts'

/** A running gateway. `mqtt` is undefined with an external broker. */
export interface Gateway {
  readonly ports: { readonly device: number; readonly mqtt: number | undefined; readonly health: number }
  close(): Promise<void>
}

/** Starts everything that devices talk to. Throws when it cannot: no database, installation not set up, port in use. */
export async function createGateway(config: GatewayConfig, log: Logger): Promise<Gateway> {
  await checkLogin(config.databaseUrl)
  const services = openServices(config)
  const parts = await openParts(config, services, log)
  const { broker, receiver, device, stopping, onError } = parts
  await broker.port.start({
    onUp: (message) => receiver.receive(message, broker.port.owner),
    onRefusal: (refusal) => receiver.refuse(refusal),
    onTakeover: parts.suspectClone,
  })
  await device.listen({ host: config.host, port: config.devicePort })
  const channels = [notifyChannels.desired, notifyChannels.kick]
  const onNotify = (channel: string | undefined, payload: string) => notify(parts, channel, payload)
  const listening = listen({ url: config.databaseUrl, channels, onNotify, signal: stopping.signal })
  const sweep = setInterval(() => void sweepConnections(services, broker.port).catch(onError), config.sweepMs)
  const health = await startHealthServer(config.health, {
    metrics: parts.metrics.expose,
    problems: () => findProblems([() => broker.port.selfTest(), () => pingDatabase(services)]),
  })
  return {
    ports: {
      device: (device.server.address() as AddressInfo).port,
      mqtt: broker.server && (broker.server.address() as AddressInfo).port,
      health: health.port,
    },
    close: async () => {
      clearInterval(sweep)
      stopping.abort()
      await health.close()
      await closeParts(parts)
      await listening
    },
  }
}

/** The broker goes before the queue: the wills of its connections are still to be stored. */
async function closeParts({
  certificate,
  device,
  broker,
  dispatcher,
  receiver,
  rejects,
  services,
}: Parts): Promise<void> {
  certificate.close()
  await device.close()
  await broker.port.close()
  await dispatcher.close()
  await receiver.queue.close()
  await rejects.close()
  await services.db.close()
}

function notify(
  { services, dispatcher, identities, polls, broker, onError }: Parts,
  channel: string | undefined,
  payload: string,
): void {
  if (channel !== notifyChannels.kick) dispatcher.wake()
  const kick = channel === notifyChannels.kick ? readKick(payload) : undefined
  if (!kick) return
  identities.forget(kick.deviceId)
  polls.wake(kick.deviceId)
  kickDevice(services, broker.port, kick).catch(onError)
}

async function findProblems(checks: readonly (() => Promise<unknown>)[]): Promise<string[]> {
  const outcomes = await Promise.allSettled(checks.map((check) => check()))
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason).slice(0, 300)] : []))
}
