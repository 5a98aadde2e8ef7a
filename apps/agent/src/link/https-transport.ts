import { Agent } from 'node:https'
import { DesiredResponse, UpBatchResponse } from '@bootfleet/contracts'
import type { Envelope, UpKind } from '@bootfleet/contracts'
import type { Identity } from '../identity/identity.ts'
import { log, messageOf } from '../log.ts'
import { pause } from './back-off.ts'
import { createDeviceClient } from './device-client.ts'
import type { AskServer } from './device-client.ts'
import { problemOf } from './https-client.ts'
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

/** What all requests of one connection share. */
interface Channel extends HttpsTransportInput {
  ask: AskServer
  agent: Agent
  stop: AbortController
}

/**
 * The way where MQTT cannot be reached: the same envelopes by POST, the same documents by a long poll, which is what
 * keeps the connection's name alive. Opens at once; the first poll shows whether it works.
 */
export function openHttpsTransport(input: HttpsTransportInput): Transport {
  const client = createDeviceClient(input)
  let opened = (): void => undefined
  const whenOpened = new Promise<void>((resolve) => {
    opened = resolve
  })
  const channel: Channel = {
    ...input,
    ask: async (request) => {
      const response = await client(request)
      if (response.status < 300) opened()
      return response
    },
    agent: new Agent({ keepAlive: true, maxSockets: 3 }),
    stop: new AbortController(),
  }
  const close = (reason: string): void => {
    if (channel.stop.signal.aborted) return
    channel.stop.abort()
    channel.agent.destroy()
    input.events.onClose(reason)
  }
  void pollUntilBroken(channel).then(() => close('the server does not answer over HTTPS'))
  return {
    conn: input.conn,
    carrier: 'https',
    opened: whenOpened,
    send: (kind, envelope) => post(channel, { kind, envelope }),
    close: async () => close('closed by the agent'),
    destroy: close,
  }
}

async function pollUntilBroken(channel: Channel): Promise<void> {
  const { signal } = channel.stop
  let failures = 0
  while (failures < maxFailures && !signal.aborted) {
    try {
      await poll(channel)
      failures = 0
    } catch (error) {
      failures += 1
      if (!signal.aborted) log('poll_failed', { detail: messageOf(error) })
    }
    // Leaves room between the polls of a server that does not wait.
    await pause(channel.retryBaseMs / 4, signal)
  }
}

async function poll({ ask, conn, lastDesired, events, ...channel }: Channel): Promise<void> {
  const { gen, hash } = lastDesired()
  const news = { gen: String(gen), conn, wait: String(waitSec), ...(hash !== undefined && { hash }) }
  const response = await ask({
    method: 'GET',
    path: `/device/v1/desired?${new URLSearchParams(news).toString()}`,
    agent: channel.agent,
    timeoutMs: (waitSec + 20) * 1000,
    signal: channel.stop.signal,
  })
  if (response.status === 304 || response.status === 204) return
  refuseProblem(response)
  const { desired, ctl } = DesiredResponse.parse(response.json)
  for (const control of ctl) events.onControl(control)
  if (desired !== undefined) events.onDesired(desired)
}

async function post({ ask, ...channel }: Channel, message: { kind: UpKind; envelope: Envelope }): Promise<void> {
  const response = await ask({
    method: 'POST',
    path: '/device/v1/up',
    agent: channel.agent,
    body: { messages: [message] },
    timeoutMs: sendMs,
    signal: channel.stop.signal,
  })
  refuseProblem(response)
  const { rejected } = UpBatchResponse.parse(response.json)
  for (const { code } of rejected) log('message_rejected', { kind: message.kind, code })
}

function refuseProblem(response: HttpsResponse): void {
  if (response.status < 300) return
  const { code, detail } = problemOf(response)
  throw new Error(`${code}: ${detail}`)
}
