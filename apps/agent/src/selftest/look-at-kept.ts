import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { AgentConfig } from '../config.ts'
import { openBootLog } from '../journal/boot-log.ts'
import { openJournal } from '../journal/journal.ts'
import { damageOf } from '../open-runtime.ts'
import { readOptional } from '../store/durable-file.ts'
import { lastEpoch } from '../store/epoch.ts'
import type { Store } from '../store/store.ts'
import type { Finding } from './finding.ts'

const fileNames = /^(?:epoch|hardware-id|[\w-]+\.(?:json|jsonl|pem|csr))(?:\.new)?$/

/** What the agent keeps, for reading alone. What is a directory counts as missing: `lookAtKept` tells of it. */
export function keptStore({ stateDir }: AgentConfig): Store {
  return {
    read: async (name) => {
      try {
        return await readOptional(join(stateDir, name))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EISDIR') return undefined
        throw error
      }
    },
    write: () => Promise.reject(new Error('the selftest changes nothing')),
  }
}

/** What of the memory of the agent is damaged. A lost epoch is not among it: it is logged, here as by the agent. */
export async function lookAtKept(config: AgentConfig): Promise<Finding[]> {
  const state = keptStore(config)
  await lastEpoch(state)
  const hasRun = (await openBootLog(state)).entries().length > 0
  const journal = await openJournal(state, { hasRun })
  const directories = await directoriesIn(config.stateDir)
  if (journal.damage === undefined) return directories
  const { detail } = damageOf(journal)
  return [{ area: 'state', level: 'warning', code: 'journal_damaged', detail }, ...directories]
}

async function directoriesIn(stateDir: string): Promise<Finding[]> {
  const entries = await readdir(stateDir, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory() && fileNames.test(entry.name))
    .map(({ name }): Finding => ({
      area: 'state',
      level: 'blocked',
      code: 'not_a_file',
      detail: `${join(stateDir, name)} is a directory, where the agent keeps a file: move it away`,
    }))
}
