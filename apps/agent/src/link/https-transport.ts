import { Agent } from 'node:https'
import { DesiredResponse, UpBatchResponse } from '@bootfleet/contracts'
import type { Identity } from '../identity/identity.ts'
import { log, messageOf } from '../log.ts'
import { pause } from './back-off.ts'
import { problemOf, requestJson } from './https-client.ts'
import type { HttpsResponse } from './https-client.ts'
import type { Transport, TransportEvents } from './transport.ts'

const waitSec = 50
const maxFailures = 3
const sendMs = 30_000

export interface HttpsTransportInput {
  identity: Identity
  key: string
  conn: string
  /** The desired document that the device has, asked before each poll. */
  lastDesired: () => { gen: number; hash?: string }
  retryBaseMs: number
  events: TransportEvents
}

/**
 * The way where MQTT cannot be reached: the same envelopes by POST, the same documents by a long poll, which is what
 * keeps the connection's name alive. Resolves at once; the first poll shows whether it works.
 */
export function openHttpsTransport(input: HttpsTransportInput): Transport {
  const { identity, key, conn, events } = input
  const tls = { ca: identity.ca, cert: identity.certificate, key }
  const agent = new Agent({ keepAlive: true, maxSockets: 3 })
  const stop = new AbortController()
  let closed = false

  function close(reason: string): void {
    if (closed) return
    closed = true
    stop.abort()
    agent.destroy()
    events.onClose(reason)
  }

  async function poll(): Promise<void> {
    const { gen, hash } = input.lastDesired()
    const query = new URLSearchParams({
      gen: String(gen),
      conn,
      wait: String(waitSec),
      ...(hash !== undefined && { hash }),
    })
    const url = new URL(`/device/v1/desired?${query.toString()}`, identity.https).href
    const response = await requestJson({
      method: 'GET',
      url,
      tls,
      agent,
      timeoutMs: (waitSec + 20) * 1000,
      signal: stop.signal,
    })
    if (response.status === 304 || response.status === 204) return
    refuseProblem(response)
    const { desired, ctl } = DesiredResponse.parse(response.json)
    for (const control of ctl) events.onControl(control)
    if (desired !== undefined) events.onDesired(desired)
  }

  async function pollForEver(): Promise<void> {
    for (let failures = 0; failures < maxFailures && !closed;) {
      try {
        await poll()
        failures = 0
      } catch (error) {
        if (closed) return
        failures += 1
        log('poll_failed', { detail: messageOf(error) })
      }
      // Leaves room between polls of a server that does not wait.
      await pause(input.retryBaseMs / 4, stop.signal)
    }
    close('the server does not answer over HTTPS')
  }

  void pollForEver()
  return {
    conn,
    carrier: 'https',
    send: async (kind, envelope) => {
      const url = new URL('/device/v1/up', identity.https).href
      const body = { messages: [{ kind, envelope }] }
      const response = await requestJson({
        method: 'POST',
        url,
        tls,
        agent,
        body,
        timeoutMs: sendMs,
        signal: stop.signal,
      })
      refuseProblem(response)
      const { rejected } = UpBatchResponse.parse(response.json)
      for (const { code } of rejected) log('message_rejected', { kind, code })
    },
    close: async () => close('closed by the agent'),
  }
}

function refuseProblem(response: HttpsResponse): void {
  if (response.status < 300) return
  const { code, detail } = problemOf(response)
  throw new Error(`${code}: ${detail}`)
}
