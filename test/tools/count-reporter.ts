import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** What one run of a suite came to. */
export interface Counts {
  passed: number
  failed: number
  skipped: number
  notRun: string[]
}

/**
 * Counts a run for the line that ends `npm test`. A file that does not load and a hook that throws count as failed,
 * since their tests could not run.
 */
export function countRun(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Counts {
  const counts: Counts = { passed: 0, failed: unhandled.length, skipped: 0, notRun: [] }
  for (const module of modules) {
    counts.failed += module.errors().length
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed' || state === 'failed') counts[state] += 1
      else {
        counts.skipped += 1
        counts.notRun.push(`${module.relativeModuleId}: ${test.fullName}`)
      }
    }
  }
  return counts
}

/** Writes the counts as JSON to the file named by BOOTFLEET_TEST_COUNTS. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = process.env['BOOTFLEET_TEST_COUNTS']
    if (file !== undefined) writeFileSync(file, JSON.stringify(countRun(modules, unhandled)))
  }
}
