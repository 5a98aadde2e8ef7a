import { readClock } from '../clock.ts'
import { log, messageOf } from '../log.ts'
import { createBackOff, pause } from './back-off.ts'
import type { BackOff } from './back-off.ts'
import { openConnection } from './open-connection.ts'
import type { Connection, ConnectionInput } from './open-connection.ts'
import { tlsRemedy } from './tls-remedy.ts'
import type { Transport } from './transport.ts'

const mqttCapMs = 5 * 60_000
const searchCapMs = 15 * 60_000
/** So many times MQTT has to fail before HTTPS is tried. */
const mqttTries = 3

export interface LinkInput extends ConnectionInput {
  onUp: (transport: Transport) => void
  onDown: () => void
}

/** Keeps one connection to the control plane: MQTT, or HTTPS while MQTT cannot be reached. */
export class Link {
  private readonly input: LinkInput
  private readonly backOff: BackOff
  private current: Connection | undefined
  private pauseMs = 0
  private mqttFailures = 0

  constructor(input: LinkInput) {
    this.input = input
    this.backOff = createBackOff({ baseMs: input.retryBaseMs, capMs: mqttCapMs })
  }

  /** Connects and reconnects until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => void this.current?.transport.close(), { once: true })
    while (!signal.aborted) {
      let connection = (await this.tryMqtt()) ?? (await this.tryHttps())
      while (connection !== undefined) connection = await this.use(connection, signal)
      await pause(this.pauseMs || this.backOff.next(), signal)
      this.pauseMs = 0
    }
  }

  /** Ends the present connection and comes back after `waitMs`. */
  reconnect(waitMs: number): void {
    this.pauseMs = waitMs
    void this.current?.transport.close()
  }

  private async tryMqtt(): Promise<Connection | undefined> {
    try {
      const connection = await openConnection(this.input, 'mqtt')
      this.mqttFailures = 0
      return connection
    } catch (error) {
      this.mqttFailures += 1
      const detail = messageOf(error)
      log('mqtt_failed', { failures: this.mqttFailures, detail, remedy: tlsRemedy(detail) })
      return undefined
    }
  }

  private async tryHttps(): Promise<Connection | undefined> {
    const isWorthIt = this.mqttFailures >= mqttTries && this.input.carriers.https !== undefined
    if (!isWorthIt) return undefined
    try {
      return await openConnection(this.input, 'https')
    } catch (error) {
      log('https_failed', { detail: messageOf(error) })
      return undefined
    }
  }

  /** Serves one connection until it is gone, or until a better one is found, which is then the answer. */
  private async use(connection: Connection, signal: AbortSignal): Promise<Connection | undefined> {
    const { transport, closed } = connection
    const { carrier, conn } = transport
    const since = readClock().mono
    this.current = connection
    const connected = (): void => log('connected', { carrier, conn })
    if (transport.opened === undefined) connected()
    else void transport.opened.then(connected)
    this.input.onUp(transport)
    if (signal.aborted) void transport.close()
    const better = carrier === 'https' ? await this.searchMqtt(closed) : undefined
    if (better === undefined) await closed
    if (carrier === 'mqtt') this.backOff.connectionEnded(readClock().mono - since)
    this.current = undefined
    this.input.onDown()
    if (better !== undefined) await transport.close()
    return better
  }

  /** Tries MQTT again and again, with growing gaps, while something else serves. */
  private async searchMqtt(closed: Promise<void>): Promise<Connection | undefined> {
    const ended = new AbortController()
    void closed.then(() => ended.abort())
    const gaps = createBackOff({ baseMs: this.input.retryBaseMs * 5, capMs: searchCapMs })
    while (!ended.signal.aborted) {
      await pause(gaps.next(), ended.signal)
      const found = ended.signal.aborted ? undefined : await this.tryMqtt()
      if (found !== undefined) return found
    }
    return undefined
  }
}
