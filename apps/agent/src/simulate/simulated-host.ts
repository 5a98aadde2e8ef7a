import { randomUUID } from 'node:crypto'
import { HostError } from '../host/host-adapter.ts'
import type { HostAdapter, StageOptions } from '../host/host-adapter.ts'
import { digestOfRef, unknownHost } from '../bootc/host-status.ts'
import type { Deployment, HostStatus } from '../bootc/host-status.ts'
import { pause } from '../link/back-off.ts'
import type { BootResult } from './behaviour.ts'

const capabilities = {
  version: '1.16.9',
  downloadOnly: true,
  switchDownloadOnly: true,
  progressFd: true,
  softReboot: false,
  tagBesideDigest: true,
}
const imageBytes = 800 * 1024 * 1024
const downloadParts = 4

/** A deployment, and all digests that its image goes by. */
export interface SimulatedDeployment extends Deployment {
  digests: string[]
}

/** What of a simulated machine outlives this process. */
export interface HostState {
  bootKey: string
  booted: SimulatedDeployment
  staged: SimulatedDeployment | null
  rollback: SimulatedDeployment | null
  rollbackQueued: boolean
  serial: number
  /** It went down and did not boot yet. */
  isDown: boolean
  /** It went down and never boots again. */
  isLost: boolean
}

export interface HostInput {
  state: HostState
  /** How a boot of an image ends here. */
  resultOf: (digests: readonly string[]) => BootResult
  downloadMs: () => number
  /** Other digests that an image goes by. */
  aliasesOf: (digest: string) => readonly string[]
  onChange: () => void
}

/** A machine that has only ever booted the image that it came with. */
export function newHostState(base: { ref: string; digest: string }): HostState {
  const plain = { locked: false, incompatible: false, pinned: false, version: '0' }
  return {
    bootKey: `${randomUUID()}:0`,
    booted: { ...base, ...plain, id: 'default/base.0', digests: [base.digest] },
    staged: null,
    rollback: null,
    rollbackQueued: false,
    serial: 0,
    isDown: false,
    isLost: false,
  }
}

/** Deployments, boot order and boots of one machine, in memory. */
export class SimulatedHost {
  readonly state: HostState
  private readonly input: HostInput

  constructor(input: HostInput) {
    this.input = input
    this.state = input.state
  }

  /** bootc as the agent sees it, and nothing that takes longer than a download. */
  driver(): HostAdapter {
    return {
      capabilities,
      status: () => Promise.resolve(this.status()),
      stage: (options) => this.stage(options),
      lock: () => this.setLocked(true),
      unlock: () => this.setLocked(false),
      dropStaged: async () => this.change({ staged: null }),
      rollback: async () => {
        if (this.state.rollback === null) throw failure('there is no rollback deployment')
        this.change({ rollbackQueued: !this.state.rollbackQueued, staged: null })
      },
    }
  }

  /** Whether what is booted passes its health checks. */
  isHealthy(): boolean {
    return this.input.resultOf(this.state.booted.digests) !== 'unhealthy'
  }

  goDown(): void {
    this.change({ isDown: true })
  }

  /** Boots what is next in order, as far as it boots, and says how that ended. */
  boot(): BootResult {
    const { staged, booted, rollback, rollbackQueued } = this.state
    const next = staged !== null && !staged.locked ? staged : rollbackQueued ? rollback : null
    const fresh = { bootKey: `${randomUUID()}:0`, isDown: false, staged: null }
    if (next === null) {
      this.change(fresh)
      return 'ok'
    }
    const result = this.input.resultOf(next.digests)
    const moved = { ...fresh, booted: next, rollback: booted, rollbackQueued: false }
    if (result === 'never-returns') this.change({ ...moved, isLost: true, isDown: true })
    // The boot loader gave the image its tries and took the one before; the failed one stays first in its order.
    else if (result === 'fails-to-boot') this.change({ ...fresh, rollback: next, rollbackQueued: true })
    else this.change(moved)
    return result
  }

  private status(): HostStatus {
    const { booted, staged, rollback, rollbackQueued } = this.state
    return { ...unknownHost, kind: 'bootc', backend: 'ostree', booted, staged, rollback, rollbackQueued }
  }

  private async stage({ ref, onProgress, signal }: StageOptions): Promise<void> {
    const digest = digestOfRef(ref)
    if (digest === undefined) throw failure(`${ref} is not pinned to a digest`)
    const partMs = this.input.downloadMs() / downloadParts
    for (let part = 1; part <= downloadParts; part++) {
      await pause(partMs, signal)
      if (signal.aborted) throw failure('the download was stopped')
      onProgress({ bytes: (imageBytes / downloadParts) * part, bytesTotal: imageBytes, step: 'pulling' })
    }
    const { serial } = this.state
    const id = `default/${digest.slice(7, 23)}.${serial + 1}`
    const digests = [...new Set([digest, ...this.input.aliasesOf(digest)])]
    const staged = { ref, digest, id, digests, locked: true, incompatible: false, pinned: false }
    this.change({ staged, serial: serial + 1 })
  }

  private async setLocked(locked: boolean): Promise<void> {
    const { staged } = this.state
    if (staged === null) throw failure('nothing is staged')
    this.change({ staged: { ...staged, locked } })
  }

  private change(change: Partial<HostState>): void {
    Object.assign(this.state, change)
    this.input.onChange()
  }
}

function failure(detail: string): HostError {
  return new HostError({ code: 'bootc_failed', detail, retryable: true })
}
