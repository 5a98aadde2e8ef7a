import { BootBody, limits } from '@bootfleet/contracts'
import { z } from 'zod'
import { createSerialQueue } from '../bootc/serial-queue.ts'
import { readOrLog } from '../store/store.ts'
import type { Store } from '../store/store.ts'

/** One boot. It is sent once `final`: its health is known, or a later boot shows that it never will be. */
export interface BootLogEntry extends BootBody {
  final: boolean
  seen: boolean
}

/** The last boots of this machine, oldest first, one JSON line each. */
export interface BootLog {
  entries: () => readonly BootLogEntry[]
  /** Adds a boot; earlier ones become final. */
  append: (record: BootBody) => Promise<void>
  /** Completes the newest boot. */
  conclude: (change: Partial<BootBody>) => Promise<void>
  markSeen: (bootKeys: readonly string[]) => Promise<void>
  /** The other side misses some: all are sent again. */
  forgetSeen: () => Promise<void>
  /** Writes again what found no room. */
  save: () => Promise<void>
}

export async function openBootLog(state: Store): Promise<BootLog> {
  const name = 'boots.jsonl'
  const inOrder = createSerialQueue()
  const text = await readOrLog(state, name)
  // Junk gives its room back. What cannot be replaced either is told by the next boot.
  if (text === '') await state.write(name, '').catch(() => undefined)
  let entries = parse(text ?? '')

  // The loop adds boots while hints of the server come in: one change is on the disk before the next is made.
  function change(next: (entries: readonly BootLogEntry[]) => BootLogEntry[]): Promise<void> {
    return inOrder(async () => {
      const kept = bounded(next(entries))
      // Known from now on, also where the disk is full and this throws: the next change is written with it.
      entries = kept
      await state.write(name, kept.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
    })
  }

  return {
    entries: () => entries,
    append: (record) =>
      change((known) => {
        const earlier = known.filter((entry) => entry.bootKey !== record.bootKey)
        return [...earlier.map((entry) => ({ ...entry, final: true })), { ...record, final: false, seen: false }]
      }),
    conclude: (result) =>
      change((known) => known.map((entry, at) => (isOpen(known, at) ? { ...entry, ...result, final: true } : entry))),
    save: () => change((known) => [...known]),
    forgetSeen: () => change((known) => known.map((entry) => ({ ...entry, seen: false }))),
    markSeen: (bootKeys) =>
      change((known) => known.map((entry) => (bootKeys.includes(entry.bootKey) ? { ...entry, seen: true } : entry))),
  }
}

function isOpen(entries: readonly BootLogEntry[], at: number): boolean {
  return at === entries.length - 1 && entries[at]?.final === false
}

/** As many as are kept, without those whose loss costs least. The next one that is not told yet counts what was lost. */
function bounded(entries: readonly BootLogEntry[]): BootLogEntry[] {
  const kept = [...entries]
  while (kept.length > limits.bootsKept) {
    const at = leastLoss(kept)
    const [lost] = kept.splice(at, 1)
    const heir = kept.findIndex(({ seen }, index) => index >= at && !seen)
    const next = kept[heir]
    if (lost === undefined || lost.seen || next === undefined) continue
    kept[heir] = { ...next, lostBefore: (next.lostBefore ?? 0) + (lost.lostBefore ?? 0) + 1 }
  }
  return kept
}

/** The oldest of what the other side has, else of ordinary boots, else of what became of attempts; never the newest. */
function leastLoss(entries: readonly BootLogEntry[]): number {
  const costs = entries.slice(0, -1).map(({ seen, target }) => Number(!seen) + Number(!seen && target !== undefined))
  return costs.indexOf(Math.min(...costs))
}

const Entry = BootBody.extend({ final: z.boolean(), seen: z.boolean() })

/** The record as it goes over the wire. */
export function bootRecordOf({ final: _final, seen: _seen, ...record }: BootLogEntry): BootBody {
  return record
}

function parse(text: string): BootLogEntry[] {
  return text.split('\n').flatMap((line) => {
    try {
      const entry = Entry.safeParse(JSON.parse(line))
      return entry.success ? [entry.data as BootLogEntry] : []
    } catch {
      return []
    }
  })
}
