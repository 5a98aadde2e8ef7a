import type { Control } from '@bootfleet/contracts'
import { takeDesiredToSend, type DesiredToSend, type Services } from '@bootfleet/operations'
import type { SignedDesired } from '@bootfleet/pki'
import type { BrokerPort } from '../broker/broker-port.ts'
import { BoundedMap } from '../connections/bounded-map.ts'
import type { GatewayMetrics } from '../gateway-metrics.ts'
import type { Polls } from './polls.ts'

const tickMs = 1_000
const takenAtOnce = 200
/** A device is asked to say everything again at most so often. */
const resyncMs = 5 * 60_000

export interface DispatcherOptions {
  readonly services: Services
  readonly gatewayId: string
  readonly broker: BrokerPort
  readonly polls: Polls
  readonly sign: (payload: string) => Promise<SignedDesired>
  readonly metrics: GatewayMetrics
  readonly onError: (error: unknown) => void
}

/** Sends what PostgreSQL says has to be sent, to the devices that this gateway can reach. */
export interface Dispatcher {
  /** There may be something to send. */
  wake(): void
  control(deviceId: string, control: Control, transport: 'mqtt' | 'https'): void
  close(): Promise<void>
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { services, gatewayId, broker, polls, metrics, onError } = options
  const gatewayIds = [...new Set([gatewayId, broker.owner])]
  const resynced = new BoundedMap<string, number>(20_000)
  let again = false
  let running: Promise<void> | undefined
  let closed = false

  async function run(): Promise<void> {
    do {
      again = false
      const taken = await takeDesiredToSend(services, { gatewayIds, limit: takenAtOnce })
      for (const one of taken) void deliver(one).catch(onError)
      again ||= taken.length === takenAtOnce
    } while (again && !closed)
  }

  async function deliver({ deviceId, payload, transport }: DesiredToSend): Promise<void> {
    // A poll that is open reads the document itself; one to come compares numbers first.
    if (transport === 'https') return polls.wake(deviceId)
    const outcome = await broker.publish(deviceId, 'dn/desired', JSON.stringify(await options.sign(payload)))
    metrics.sent.inc({ kind: 'dn/desired', outcome })
  }

  function wake(): void {
    again = true
    if (closed) return
    running ??= run()
      .catch(onError)
      .finally(() => {
        running = undefined
      })
  }

  const timer = setInterval(wake, tickMs)
  return {
    wake,
    control: (deviceId, control, transport) => {
      const now = performance.now()
      if (control.kind === 'resync') {
        // What is behind another start than before is asked at once: until it has gone on, nothing that it says counts.
        const what = `${deviceId} ${control.known?.epoch ?? ''}`
        if (now - (resynced.get(what) ?? -resyncMs) < resyncMs) return
        resynced.set(what, now)
      }
      if (transport === 'https') polls.post(deviceId, control)
      else
        broker
          .publish(deviceId, 'dn/ctl', JSON.stringify(control))
          .then((outcome) => metrics.sent.inc({ kind: 'dn/ctl', outcome }), onError)
    },
    close: async () => {
      closed = true
      clearInterval(timer)
      await running
    },
  }
}
