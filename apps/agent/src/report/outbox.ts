import type { AckBody, BootBody, DocumentBody, HelloBody, PresenceBody, StateBody, UpKind } from '@bootfleet/contracts'
import { readClock } from '../clock.ts'
import { pause } from '../link/back-off.ts'
import type { Transport } from '../link/transport.ts'
import { log, messageOf } from '../log.ts'
import type { Enveloper } from './enveloper.ts'
import { createPace } from './pace.ts'

const maxAcks = 32
const stateGapMs = 500

type DocumentKind = 'up/inventory' | 'up/drift'

/** A message that waits; `delivered` is called once the server side took it over. */
interface Pending {
  kind: UpKind
  body: unknown
  delivered: () => void
}

/**
 * What the device has to say, kept while there is no connection and bounded: of state and documents the newest, of
 * acknowledgements the last 32, of boots those that the boot log still has.
 */
export interface Outbox {
  connected: (transport: Transport, hello: () => HelloBody) => void
  disconnected: () => void
  /** Says hello again on the same connection. */
  greet: () => void
  state: (body: StateBody) => void
  document: (kind: DocumentKind, body: DocumentBody) => void
  ack: (body: AckBody) => void
  /** The boot log has changed. */
  boots: () => void
  presence: (body: Omit<PresenceBody, 'conn'>) => void
  /** Sends state, documents and boots again although nothing changed. */
  resync: () => void
  /** The state again, changed or not. */
  repeatState: () => void
  telemetry: (kind: 'tm/hb' | 'tm/progress' | 'tm/log', body: unknown) => Promise<void>
  /** Resolves when all is delivered, or after `timeoutMs`. */
  flush: (timeoutMs: number) => Promise<void>
}

export function createOutbox(enveloper: Enveloper, unsentBoots: () => BootBody[]): Outbox {
  const pace = createPace()
  const acks: AckBody[] = []
  const documents = new Map<DocumentKind, { body: DocumentBody; sentHash?: string }>()
  const bootsSent = new Set<string>()
  let transport: Transport | undefined
  let hello: (() => HelloBody) | undefined
  let greeted = false
  let state: StateBody | undefined
  let sentState = ''
  let stateSentAt = Number.NEGATIVE_INFINITY
  let goodbye: Omit<PresenceBody, 'conn'> | undefined
  let pumping = false

  function next(): Pending | undefined {
    if (!greeted && hello !== undefined) {
      return { kind: 'up/hello', body: hello(), delivered: () => (greeted = true) }
    }
    const ack = acks[0]
    if (ack !== undefined) {
      return { kind: 'up/ack', body: ack, delivered: () => acks.splice(acks.indexOf(ack), 1) }
    }
    return nextState() ?? nextBoot() ?? nextDocument() ?? nextPresence()
  }

  function nextState(): Pending | undefined {
    const json = JSON.stringify(state)
    if (state === undefined || json === sentState) return undefined
    const delivered = (): void => {
      sentState = json
      stateSentAt = readClock().mono
    }
    return { kind: 'up/state', body: state, delivered }
  }

  function nextBoot(): Pending | undefined {
    const boot = unsentBoots().find(({ bootKey }) => !bootsSent.has(bootKey))
    return boot && { kind: 'up/boot', body: boot, delivered: () => bootsSent.add(boot.bootKey) }
  }

  function nextDocument(): Pending | undefined {
    for (const [kind, entry] of documents) {
      const { body, sentHash } = entry
      if (body.hash === sentHash) continue
      return { kind, body, delivered: () => (entry.sentHash = body.hash) }
    }
    return undefined
  }

  function nextPresence(): Pending | undefined {
    if (goodbye === undefined || transport === undefined) return undefined
    return { kind: 'up/presence', body: { ...goodbye, conn: transport.conn }, delivered: () => (goodbye = undefined) }
  }

  async function pump(): Promise<void> {
    if (pumping) return
    pumping = true
    try {
      for (let message = next(); transport !== undefined && message !== undefined; message = next()) {
        const waitMs = message.kind === 'up/state' ? stateSentAt + stateGapMs - readClock().mono : 0
        if (waitMs > 0) await pause(waitMs)
        const paceMs = pace.take(readClock().mono)
        if (paceMs > 0) await pause(paceMs)
        // What was true before the wait may not be what should be said now.
        if (waitMs <= 0 && paceMs <= 0) await send(message)
      }
    } finally {
      pumping = false
    }
  }

  async function send(message: Pending): Promise<void> {
    const carrier = transport
    if (carrier === undefined) return
    try {
      await carrier.send(message.kind, enveloper.wrap(message.body))
      message.delivered()
    } catch (error) {
      log('send_failed', { kind: message.kind, detail: messageOf(error) })
      if (transport === carrier) await pause(1000)
    }
  }

  function poke(): void {
    void pump()
  }

  return {
    connected: (opened, greeting) => {
      transport = opened
      hello = greeting
      greeted = false
      sentState = ''
      goodbye = undefined
      poke()
    },
    disconnected: () => {
      transport = undefined
      hello = undefined
      bootsSent.clear()
    },
    greet: () => {
      greeted = false
      poke()
    },
    state: (body) => {
      state = body
      poke()
    },
    document: (kind, body) => {
      documents.set(kind, { ...documents.get(kind), body })
      poke()
    },
    ack: (body) => {
      acks.push(body)
      acks.splice(0, Math.max(0, acks.length - maxAcks))
      poke()
    },
    boots: poke,
    presence: (body) => {
      goodbye = body
      poke()
    },
    resync: () => {
      sentState = ''
      bootsSent.clear()
      for (const entry of documents.values()) delete entry.sentHash
      poke()
    },
    repeatState: () => {
      sentState = ''
      poke()
    },
    telemetry: async (kind, body) => {
      await transport?.send(kind, enveloper.wrap(body)).catch(() => undefined)
    },
    flush: async (timeoutMs) => {
      const until = readClock().mono + timeoutMs
      while (transport !== undefined && next() !== undefined && readClock().mono < until) await pause(20)
    },
  }
}
