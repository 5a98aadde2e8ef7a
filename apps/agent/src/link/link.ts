import { randomUUID } from 'node:crypto'
import type { Envelope } from '@bootfleet/contracts'
import type { Identity } from '../identity/identity.ts'
import { log, messageOf } from '../log.ts'
import { createBackOff, pause } from './back-off.ts'
import { openHttpsTransport } from './https-transport.ts'
import { openMqttTransport } from './mqtt-transport.ts'
import type { Transport, TransportEvents } from './transport.ts'

const mqttCapMs = 5 * 60_000
const probeCapMs = 15 * 60_000
/** So many times MQTT has to fail before HTTPS is tried. */
const mqttTries = 3

export interface LinkInput {
  credentials: () => Promise<{ identity: Identity; key: string }>
  retryBaseMs: number
  will: (conn: string) => Envelope
  lastDesired: () => { gen: number; hash?: string }
  onUp: (transport: Transport) => void
  onDown: () => void
  onDesired: TransportEvents['onDesired']
  onControl: TransportEvents['onControl']
}

/** Keeps one connection to the control plane: MQTT, or HTTPS while MQTT cannot be reached. */
export interface Link {
  /** Until the signal is aborted. */
  run: (signal: AbortSignal) => Promise<void>
  /** Ends the present connection and comes back after `waitMs`. */
  reconnect: (waitMs: number) => void
}

interface Held {
  transport: Transport
  closed: Promise<void>
}

export function createLink(input: LinkInput): Link {
  const backOff = createBackOff({ baseMs: input.retryBaseMs, capMs: mqttCapMs })
  let held: Held | undefined
  let pauseMs = 0
  let mqttFailures = 0

  async function open(how: 'mqtt' | 'https'): Promise<Held> {
    const { identity, key } = await input.credentials()
    const conn = randomUUID()
    let end = (): void => undefined
    const closed = new Promise<void>((resolve) => (end = resolve))
    const events: TransportEvents = {
      onDesired: input.onDesired,
      onControl: input.onControl,
      onClose: (reason) => {
        log('disconnected', { carrier: how, reason })
        end()
      },
    }
    const common = { identity, key, conn, events }
    const transport =
      how === 'mqtt'
        ? await openMqttTransport({ ...common, will: input.will(conn) })
        : openHttpsTransport({ ...common, lastDesired: input.lastDesired, retryBaseMs: input.retryBaseMs })
    return { transport, closed }
  }

  async function tryMqtt(): Promise<Held | undefined> {
    try {
      const opened = await open('mqtt')
      mqttFailures = 0
      return opened
    } catch (error) {
      mqttFailures += 1
      log('mqtt_failed', { failures: mqttFailures, detail: messageOf(error) })
      return undefined
    }
  }

  /** Looks for MQTT while HTTPS serves. */
  async function findMqtt(signal: AbortSignal): Promise<Held | undefined> {
    const gaps = createBackOff({ baseMs: input.retryBaseMs * 5, capMs: probeCapMs })
    while (!signal.aborted) {
      await pause(gaps.next(), signal)
      const opened = signal.aborted ? undefined : await tryMqtt()
      if (opened !== undefined) return opened
    }
    return undefined
  }

  async function hold(opened: Held, signal: AbortSignal): Promise<Held | undefined> {
    held = opened
    log('connected', { carrier: opened.transport.carrier, conn: opened.transport.conn })
    input.onUp(opened.transport)
    const ended = new AbortController()
    const stop = (): void => ended.abort()
    signal.addEventListener('abort', stop, { once: true })
    void opened.closed.then(stop)
    const better = opened.transport.carrier === 'https' ? await findMqtt(ended.signal) : undefined
    if (better === undefined) await opened.closed
    held = undefined
    input.onDown()
    signal.removeEventListener('abort', stop)
    if (better !== undefined) await opened.transport.close()
    return better
  }

  return {
    run: async (signal) => {
      signal.addEventListener('abort', () => void held?.transport.close(), { once: true })
      while (!signal.aborted) {
        let opened = await tryMqtt()
        if (opened === undefined && mqttFailures >= mqttTries) opened = await open('https').catch(() => undefined)
        if (opened?.transport.carrier === 'mqtt') backOff.reset()
        while (opened !== undefined) opened = await hold(opened, signal)
        await pause(pauseMs || backOff.next(), signal)
        pauseMs = 0
      }
    },
    reconnect: (waitMs) => {
      pauseMs = waitMs
      void held?.transport.close()
    },
  }
}
