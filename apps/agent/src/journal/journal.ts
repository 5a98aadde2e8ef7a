import type { attemptOutcomes } from '@bootfleet/contracts'
import { readJson } from '../store/store.ts'
import type { Store } from '../store/store.ts'
import { readStoredJournal } from './stored-journal.ts'

export type AttemptOutcome = (typeof attemptOutcomes)[number]

/**
 * `staging` and `staged` before the point of no return; `rebooting` from just before the machine is told to boot the
 * target; `verifying` in the target until its health is known; `rolling_back` from the decision to leave it; `done`.
 */
export type AttemptPhase = 'staging' | 'staged' | 'rebooting' | 'verifying' | 'rolling_back' | 'done'

/** One try to move this machine to one image. */
export interface JournalAttempt {
  id: string
  gen: number
  ref: string
  /** The digest that `ref` is pinned to, and all digests that count as it. */
  target: string
  accept: string[]
  from: { digest?: string; id?: string }
  /** `slot`: the target is the deployment that `bootc rollback` boots, and nothing was staged. */
  via: 'stage' | 'slot'
  /** Deployment id of what will boot. */
  stagedDeployment?: string
  bootKey: string
  phase: AttemptPhase
  outcome?: AttemptOutcome
  detail?: string
  healthTimeoutSec: number
  onUnhealthy: 'rollback' | 'stay'
  /** What `rollbackQueued` was before the agent queued a rollback; some bootc report it inverted. */
  queuedBefore?: boolean
  /** Units that had failed on the image before. */
  failedUnits?: string[]
  /** The rollback was queued: from here on every reboot boots the target. */
  queued?: boolean
}

/** Health of one boot. Times are on the monotonic clock, which starts anew with each boot. */
export interface JournalHealth {
  bootKey: string
  status: 'checking' | 'healthy' | 'unhealthy'
  failed: { check: string; output?: string }[]
  /** Checks that failed and are not required. */
  warnings?: { check: string; output?: string }[]
  deadlineMono: number
}

export interface OpsDone {
  reboot?: number
  collectLogs?: number
  unquarantine?: number
}

/** All that the agent must remember to carry on after a power cut, besides the desired document. */
export interface Journal {
  v: 1
  bootKey: string
  attempt: JournalAttempt | null
  health: JournalHealth
  opsDone: OpsDone
  quarantined: string[]
  /** Units that had failed before this image was booted, which therefore prove nothing against it. */
  failedUnits: string[] | null
}

/** The journal of a machine on which the agent has never run. `bootKey` is empty. */
export function emptyJournal(): Journal {
  return {
    v: 1,
    bootKey: '',
    attempt: null,
    health: { bootKey: '', status: 'checking', failed: [], deadlineMono: 0 },
    opsDone: {},
    quarantined: [],
    failedUnits: null,
  }
}

export interface JournalStore {
  current: () => Journal
  /** Changes the journal; it is on disk when this resolves. */
  write: (change: Partial<Journal>) => Promise<void>
}

/** Opens the journal. What of it cannot be read is started anew: everything else is derived from observation. */
export async function openJournal(state: Store): Promise<JournalStore> {
  const name = 'journal.json'
  let journal = readStoredJournal(await readJson(state, name), emptyJournal())
  return {
    current: () => journal,
    write: async (change) => {
      const next = { ...journal, ...change }
      await state.write(name, `${JSON.stringify(next, null, 1)}\n`)
      journal = next
    },
  }
}
