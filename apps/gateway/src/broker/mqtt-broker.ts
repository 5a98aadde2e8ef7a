import { setTimeout as delay } from 'node:timers/promises'
import { parseUpTopic, topicOf, upFilters } from '@bootfleet/contracts'
import type { BrokerAddress } from '../config.ts'
import type { BrokerHandlers, BrokerPort } from './broker-port.ts'
import { connectMqtt, type MqttClient } from './mqtt-client.ts'
import { proveBroker, selfTestDevice, type ProofInbox } from './prove-broker.ts'

/** The holder of connections that no gateway holds. */
export const sharedOwner = 'mqtt'

const longestRetryMs = 15_000
const busyRetryMs = 500
/** Messages taken from the broker and not stored yet; beyond it no more are taken. */
const maxTaken = 1_000
const kickedRetrySec = 3_600

export interface MqttBrokerOptions {
  readonly address: BrokerAddress
  /** The gateway's id. */
  readonly gatewayId: string
  readonly onError: (error: unknown) => void
}

interface State {
  client: MqttClient | undefined
  problem: string | undefined
  closed: boolean
  taken: number
  readonly inbox: ProofInbox
}

/**
 * A broker that several gateways share by `$share`. It names each device by its certificate and lets it write its own
 * topics alone, so a topic's device id is the sender. The broker acknowledges to the device before we have committed;
 * to us it keeps a message until it is stored.
 */
export function createMqttBroker(options: MqttBrokerOptions): BrokerPort {
  const state: State = {
    client: undefined,
    problem: 'not connected yet',
    closed: false,
    taken: 0,
    inbox: { seen: new Set() },
  }
  let running: Promise<void> | undefined
  return {
    caps: { ackAfterCommit: false, kick: true, shared: true },
    owner: sharedOwner,
    start: (handlers) => {
      running = keepConnected(state, options, handlers)
      return Promise.resolve()
    },
    publish: async (deviceId, kind, payload) => {
      if (!state.client) return 'unknown'
      return state.client.publish(topicOf(deviceId, kind), payload).then(
        () => 'sent' as const,
        () => 'unknown' as const,
      )
    },
    kick: (deviceId) => kick(state, options, deviceId),
    selfTest: async () => {
      if (state.problem !== undefined) throw new Error(`The MQTT broker: ${state.problem}`)
    },
    connections: () => new Map(),
    close: async () => {
      state.closed = true
      state.client?.close()
      await running
    },
  }
}

async function keepConnected(state: State, options: MqttBrokerOptions, handlers: BrokerHandlers): Promise<void> {
  const { address, gatewayId, onError } = options
  for (let retryMs = 250; !state.closed; retryMs = Math.min(retryMs * 2, longestRetryMs)) {
    try {
      const clientId = `bootfleet-gateway-${gatewayId}`
      const client = await connectMqtt({ address, clientId, onMessage: (...message) => take(state, handlers, message) })
      state.client = client
      await proveBroker(client, state.inbox, gatewayId)
      await client.subscribe([`$share/bootfleet/${upFilters.up}`, `$share/bootfleet/${upFilters.telemetry}`])
      state.inbox.seen.clear()
      state.problem = undefined
      retryMs = 250
      state.problem = await client.closed
    } catch (error) {
      state.problem = error instanceof Error ? error.message : String(error)
      state.client?.close()
    }
    state.client = undefined
    if (state.closed) return
    onError(new Error(`The MQTT broker: ${state.problem}`))
    await delay(retryMs * (0.5 + Math.random() / 2))
  }
}

function take(
  state: State,
  handlers: BrokerHandlers,
  [topic, payload, acknowledge]: [string, Buffer, (() => void) | undefined],
): void {
  if (topic.startsWith(`bf/v1/${selfTestDevice}/`)) {
    // The group of all gateways may bring the proof of another.
    if (state.inbox.seen.size < 100) state.inbox.seen.add(payload.toString('utf8').slice(0, 64))
    acknowledge?.()
    return
  }
  const parsed = parseUpTopic(topic)
  if (!parsed) {
    handlers.onRefusal({ topic, code: 'forbidden_topic', detail: '' })
    acknowledge?.()
    return
  }
  state.taken += 1
  if (state.taken >= maxTaken) state.client?.hold(true)
  const message = { deviceId: parsed.device, kind: parsed.kind, payload }
  void store(state, handlers, message)
    .then(acknowledge)
    .finally(() => {
      state.taken -= 1
      if (state.taken < maxTaken) state.client?.hold(false)
    })
}

/** Waits for room with what must not be lost; the broker keeps it until then. */
async function store(
  state: State,
  handlers: BrokerHandlers,
  message: Parameters<BrokerHandlers['onUp']>[0],
): Promise<void> {
  while (!state.closed) {
    try {
      await handlers.onUp(message)
      return
    } catch {
      if (message.kind.startsWith('tm/')) return
      await delay(busyRetryMs)
    }
  }
}

/**
 * MQTT has no way to close somebody else's connection but to take its client id, which this gateway's listener allows.
 * The device comes back unless the broker knows of the revocation too; it is not listened to and sent nothing.
 */
async function kick({ client }: State, { address }: MqttBrokerOptions, deviceId: string): Promise<void> {
  const goaway = JSON.stringify({ kind: 'goaway', retryAfterSec: kickedRetrySec })
  await client?.publish(topicOf(deviceId, 'dn/ctl'), goaway).catch(() => {})
  const usurper = await connectMqtt({ address, clientId: deviceId, onMessage: () => {} })
  usurper.close()
}
