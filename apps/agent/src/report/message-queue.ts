import type { AckBody, BootBody, DocumentBody, HelloBody, PresenceBody, StateBody, UpKind } from '@bootfleet/contracts'

const maxAcks = 32

export type DocumentKind = 'up/inventory' | 'up/drift'
export type Goodbye = Omit<PresenceBody, 'conn'>

/** A message that waits; `delivered` is called once the other side took it over. */
export interface PendingMessage {
  kind: UpKind
  body: unknown
  delivered: () => void
}

/**
 * What there is to say, bounded however long there is nobody to say it to: of state and documents the newest, of
 * acknowledgements the last 32, of boots those that the boot log still has. Hello comes before all else.
 */
export class MessageQueue {
  private readonly unsentBoots: () => BootBody[]
  private readonly acks: AckBody[] = []
  private readonly documents = new Map<DocumentKind, { body: DocumentBody; sentHash?: string }>()
  private readonly bootsSent = new Set<string>()
  private hello: (() => HelloBody) | undefined
  private greeted = false
  /** Counts how often all is to be said again: what was on its way before that does not count as said. */
  private round = 0
  private state: StateBody | undefined
  private sentState = ''
  private goodbye: Goodbye | undefined

  constructor(unsentBoots: () => BootBody[]) {
    this.unsentBoots = unsentBoots
  }

  /** The next message, or undefined when all is said. */
  next(): PendingMessage | undefined {
    const message = this.nextHello() ?? this.nextAck() ?? this.nextState() ?? this.nextBoot() ?? this.nextDocument()
    // An answer is given once.
    if (message?.kind === 'up/ack') return message
    const { round } = this
    const delivered = (): void => {
      if (round === this.round) message?.delivered()
    }
    return message && { ...message, delivered }
  }

  /** The last message of a connection, once all else is said. */
  nextGoodbye(conn: string): PendingMessage | undefined {
    const { goodbye } = this
    if (goodbye === undefined) return undefined
    const delivered = (): void => {
      this.goodbye = undefined
    }
    return { kind: 'up/presence', body: { ...goodbye, conn }, delivered }
  }

  /** A new connection: the other side may know nothing of what was said before. */
  begin(hello: () => HelloBody): void {
    this.hello = hello
    this.greeted = false
    this.goodbye = undefined
    this.repeatState()
    this.bootsSent.clear()
  }

  greetAgain(): void {
    this.greeted = false
  }

  putState(body: StateBody): void {
    this.state = body
  }

  putAck(body: AckBody): void {
    this.acks.push(body)
    this.acks.splice(0, Math.max(0, this.acks.length - maxAcks))
  }

  putDocument(kind: DocumentKind, body: DocumentBody): void {
    this.documents.set(kind, { ...this.documents.get(kind), body })
  }

  putGoodbye(goodbye: Goodbye): void {
    this.goodbye = goodbye
  }

  repeatState(): void {
    this.sentState = ''
  }

  /** From hello on. */
  repeatAll(): void {
    this.round += 1
    this.greetAgain()
    this.repeatState()
    this.bootsSent.clear()
    for (const entry of this.documents.values()) delete entry.sentHash
  }

  private nextHello(): PendingMessage | undefined {
    if (this.greeted || this.hello === undefined) return undefined
    const delivered = (): void => {
      this.greeted = true
    }
    return { kind: 'up/hello', body: this.hello(), delivered }
  }

  private nextAck(): PendingMessage | undefined {
    const ack = this.acks[0]
    const delivered = (): void => {
      if (this.acks[0] === ack) this.acks.shift()
    }
    return ack && { kind: 'up/ack', body: ack, delivered }
  }

  private nextState(): PendingMessage | undefined {
    const json = JSON.stringify(this.state)
    if (this.state === undefined || json === this.sentState) return undefined
    const delivered = (): void => {
      this.sentState = json
    }
    return { kind: 'up/state', body: this.state, delivered }
  }

  private nextBoot(): PendingMessage | undefined {
    const boot = this.unsentBoots().find(({ bootKey }) => !this.bootsSent.has(bootKey))
    return boot && { kind: 'up/boot', body: boot, delivered: () => this.bootsSent.add(boot.bootKey) }
  }

  private nextDocument(): PendingMessage | undefined {
    for (const [kind, entry] of this.documents) {
      const { body, sentHash } = entry
      if (body.hash === sentHash) continue
      const delivered = (): void => {
        entry.sentHash = body.hash
      }
      return { kind, body, delivered }
    }
    return undefined
  }
}
