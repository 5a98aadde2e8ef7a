import type { attemptOutcomes } from '@bootfleet/contracts'
import { messageOf } from '../log.ts'
import { isDiskFull } from '../store/durable-file.ts'
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
  reboot?: number | undefined
  collectLogs?: number | undefined
  unquarantine?: number | undefined
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
  /** There was a journal, and nothing of it could be read: nobody knows which operations are done. */
  isLost?: boolean
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
  /** What of the journal could not be read when it was opened, and why. */
  damage: string | undefined
  /** Changes the journal; it is on disk when this resolves. */
  write: (change: Partial<Journal>) => Promise<void>
  /**
   * The same, but in memory alone where the disk is full: for what must not wait for room, because a process that knows
   * nothing of it decides the same again.
   */
  writeOrHold: (change: Partial<Journal>) => Promise<void>
  /** From now on in memory alone, until `write`. */
  hold: () => void
  /** Something is in memory alone: nothing may be written before the boot log is. */
  isHeld: () => boolean
}

const fileName = 'journal.json'
const copyName = 'journal-copy.json'

/**
 * Opens the journal, or its copy where it is damaged. Where both are gone, it begins anew and knows that it does: `hasRun`
 * tells that there must have been one. Everything else is derived from observation.
 */
export async function openJournal(state: Store, { hasRun }: { hasRun: boolean }): Promise<JournalStore> {
  const first = await readKept(state, fileName)
  const kept = first.journal ? first : await readKept(state, copyName)
  const damage = first.why ?? (kept.journal || !hasRun ? kept.why : `${fileName} is missing`)
  let journal = kept.journal ?? { ...emptyJournal(), ...(damage !== undefined && { isLost: true }) }
  let held = false

  async function write(change: Partial<Journal>): Promise<void> {
    const next = { ...journal, ...change }
    const text = `${JSON.stringify(next, null, 1)}\n`
    // The copy first: whenever one of them cannot be read, the other says the same, or what was never acted on.
    await state.write(copyName, text)
    await state.write(fileName, text)
    journal = next
    held = false
  }

  return {
    current: () => journal,
    damage,
    write,
    writeOrHold: async (change) => {
      if (!held) {
        try {
          return await write(change)
        } catch (error) {
          if (!isDiskFull(error)) throw error
        }
      }
      held = true
      journal = { ...journal, ...change }
    },
    hold: () => {
      held = true
    },
    isHeld: () => held,
  }
}

/** Neither the journal nor a reason where there is no such file. */
async function readKept(state: Store, name: string): Promise<{ journal?: Journal; why?: string }> {
  try {
    const text = await state.read(name)
    if (text === undefined) return {}
    const journal = readStoredJournal(parse(text), emptyJournal())
    return journal ? { journal } : { why: `${name} is not whole, or of another version` }
  } catch (error) {
    return { why: messageOf(error) }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
