import { BootBody, limits } from '@bootfleet/contracts'
import { z } from 'zod'
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
}

export async function openBootLog(state: Store): Promise<BootLog> {
  const name = 'boots.jsonl'
  let entries = parse((await state.read(name)) ?? '')

  async function save(next: BootLogEntry[]): Promise<void> {
    entries = next.slice(-limits.bootsKept)
    await state.write(name, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  }

  return {
    entries: () => entries,
    append: (record) => {
      const earlier = entries.filter((entry) => entry.bootKey !== record.bootKey)
      return save([...earlier.map((entry) => ({ ...entry, final: true })), { ...record, final: false, seen: false }])
    },
    conclude: async (change) => {
      const last = entries.at(-1)
      if (last === undefined || last.final) return
      await save([...entries.slice(0, -1), { ...last, ...change, final: true }])
    },
    forgetSeen: () => save(entries.map((entry) => ({ ...entry, seen: false }))),
    markSeen: (bootKeys) =>
      save(entries.map((entry) => (bootKeys.includes(entry.bootKey) ? { ...entry, seen: true } : entry))),
  }
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
