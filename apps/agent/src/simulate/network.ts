import { pause } from '../link/back-off.ts'
import type { Transport } from '../link/transport.ts'
import type { Behaviour } from './behaviour.ts'
import { between } from './random.ts'
import type { Random } from './random.ts'

/** How long a network is there and away by turns, milliseconds. */
interface Swing {
  up: readonly [number, number]
  down: readonly [number, number]
}

const swings: Partial<Record<Behaviour, Swing>> = {
  offline: { up: [20_000, 60_000], down: [30_000, 120_000] },
  flapping: { up: [3_000, 10_000], down: [500, 3_000] },
}

/** The network of one device: while it is away, connections break with no goodbye and new ones wait. */
export class Network {
  private isUp = true
  private transport: Transport | undefined
  private readonly waiting = new Set<() => void>()

  /** Goes away and comes back as the behaviour has it, until the signal is aborted. */
  async swing(how: { behaviour: Behaviour; random: Random; speed: number }, signal: AbortSignal): Promise<void> {
    const swing = swings[how.behaviour]
    if (swing === undefined) return
    while (!signal.aborted) {
      await pause(between(how.random, swing.up) / how.speed, signal)
      this.lose()
      await pause(between(how.random, swing.down) / how.speed, signal)
      this.restore()
    }
  }

  /** Resolves once there is a network. Rejects when the signal is aborted before. */
  async whenUp(signal: AbortSignal): Promise<void> {
    while (!this.isUp && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.waiting.delete(done)
          signal.removeEventListener('abort', done)
          resolve()
        }
        this.waiting.add(done)
        signal.addEventListener('abort', done, { once: true })
      })
    }
    signal.throwIfAborted()
  }

  /** This connection breaks with the network. */
  carry(transport: Transport): void {
    this.transport = transport
    if (!this.isUp) transport.destroy('the network is away')
  }

  private lose(): void {
    this.isUp = false
    this.transport?.destroy('the network is away')
  }

  private restore(): void {
    this.isUp = true
    for (const resolve of this.waiting) resolve()
  }
}
