import type { BootBody, HelloBody, UpKind } from '@bootfleet/contracts'
import { readClock } from '../clock.ts'
import { pause } from '../link/back-off.ts'
import type { Transport } from '../link/transport.ts'
import { log, messageOf } from '../log.ts'
import type { Enveloper } from './enveloper.ts'
import { MessageQueue } from './message-queue.ts'
import type { PendingMessage } from './message-queue.ts'
import { createPace } from './pace.ts'

const stateGapMs = 500
const resendMs = 1000
/** Of these the other side keeps the newest, so that it can tell whether it has it. */
const keptKinds = new Set<UpKind>(['up/state', 'up/inventory', 'up/drift'])

/** Sends what the queue holds, one message after another, over whatever connection there is. */
export class Outbox {
  readonly queue: MessageQueue
  private readonly enveloper: Enveloper
  private readonly pace = createPace()
  private transport: Transport | undefined
  private stateSentAt = Number.NEGATIVE_INFINITY
  private sending = false
  private keptSeq = 0

  constructor(enveloper: Enveloper, unsentBoots: () => BootBody[]) {
    this.enveloper = enveloper
    this.queue = new MessageQueue(unsentBoots)
  }

  connected(transport: Transport, hello: () => HelloBody): void {
    this.transport = transport
    this.queue.begin(hello)
    this.poke()
  }

  disconnected(): void {
    this.transport = undefined
  }

  /** Changes what the queue holds and sends it as soon as may be. */
  say(change: (queue: MessageQueue) => void): void {
    change(this.queue)
    this.poke()
  }

  /** Sequence number of the newest message that the other side should still have; 0 before the first. */
  lastKeptSeq(): number {
    return this.keptSeq
  }

  /** Sent at once or not at all; false when it certainly was not. */
  async telemetry(kind: 'tm/hb' | 'tm/progress' | 'tm/log', body: unknown): Promise<boolean> {
    const { transport } = this
    if (transport === undefined) return false
    return transport.send(kind, this.enveloper.wrap(body)).then(
      () => true,
      () => false,
    )
  }

  /** Resolves when all is delivered, which it tells, or after `timeoutMs`, or when there is no connection. */
  async flush(timeoutMs: number): Promise<boolean> {
    const until = readClock().mono + timeoutMs
    while (this.next() !== undefined && readClock().mono < until) await pause(20)
    return this.transport !== undefined && this.next() === undefined
  }

  private next(): PendingMessage | undefined {
    const { transport, queue } = this
    return transport && (queue.next() ?? queue.nextGoodbye(transport.conn))
  }

  private poke(): void {
    if (!this.sending) void this.sendAll()
  }

  private async sendAll(): Promise<void> {
    this.sending = true
    try {
      for (let message = this.next(); message !== undefined; message = this.next()) {
        const waitMs = this.waitBefore(message)
        // What was worth saying before the wait may not be what should be said after it.
        if (waitMs > 0) await pause(waitMs)
        else await this.send(message)
      }
    } finally {
      this.sending = false
    }
  }

  private waitBefore({ kind }: PendingMessage): number {
    const { mono } = readClock()
    const stateMs = kind === 'up/state' ? this.stateSentAt + stateGapMs - mono : 0
    return stateMs > 0 ? stateMs : this.pace.take(mono)
  }

  private async send(message: PendingMessage): Promise<void> {
    const { transport } = this
    try {
      const envelope = this.enveloper.wrap(message.body)
      await transport?.send(message.kind, envelope)
      if (message.kind === 'up/state') this.stateSentAt = readClock().mono
      if (keptKinds.has(message.kind)) this.keptSeq = envelope.seq
      message.delivered()
    } catch (error) {
      log('send_failed', { kind: message.kind, detail: messageOf(error) })
      const neverFits = (error as { code?: unknown } | null)?.code === 'too_large'
      if (neverFits) message.delivered()
      else if (this.transport === transport) await pause(resendMs)
    }
  }
}
