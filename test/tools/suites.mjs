import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand, tool } from './run-command.mjs'

/** The Vitest projects in the order in which a failure is cheapest to find, with the longest time each may take. */
export const suites = [
  // So many worlds of the first property, with 2.8 rollouts on average, and a fifth of that of the second: 20,000 rollouts.
  { name: 'unit', timeoutMs: 8 * 60_000, env: { WORLD_RUNS: '6400' } },
  { name: 'integration', timeoutMs: 20 * 60_000, env: { STORM_SEEDS: '50' } },
  { name: 'system', timeoutMs: 15 * 60_000 },
]

/** Runs one project with its output on the terminal. Returns `{ passed, failed, skipped, notRun, failures }`. */
export async function runSuite({ name, timeoutMs, env = {} }) {
  const folder = mkdtempSync(join(tmpdir(), 'bootfleet-counts-'))
  const file = join(folder, 'counts.json')
  try {
    const reporters = ['--reporter=default', '--reporter=./test/tools/count-reporter.ts']
    const args = ['run', '--project', name, '--passWithNoTests', ...reporters]
    const result = await runCommand(tool('vitest'), args, {
      live: true,
      timeoutMs,
      env: { ...env, BOOTFLEET_TEST_COUNTS: file },
    })
    return withFailure(readCounts(file, name), result.ok, name)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readCounts(file, name) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    console.log(`${name}: the run ended without a result`)
    return { passed: 0, failed: 1, skipped: 0, notRun: [], failures: [`${name}: the run ended without a result`] }
  }
}

function withFailure(counts, ok, name) {
  if (!ok && counts.failed === 0) return { ...counts, failed: 1, failures: [`${name}: the run failed as a whole`] }
  if (counts.passed + counts.failed + counts.skipped === 0) console.log(`${name}: no test was found`)
  return counts
}
