import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** What one run of a suite came to. */
export interface Counts {
  passed: number
  failed: number
  skipped: number
  notRun: string[]
  /** Each failure as text, to be told again at the end of a long output. */
  failures: string[]
}

function tell(where: string, errors: readonly { message: string; stack?: string }[]): string[] {
  return errors.map(({ message, stack = '' }) => {
    const frames = stack
      .split('\n')
      .filter((line) => line.trimStart().startsWith('at ') && !line.includes('node_modules'))
    return [where, ...message.split('\n').slice(0, 60), ...frames.slice(0, 5)].join('\n')
  })
}

/**
 * Counts a run for the line that ends `npm test`. A file that does not load and a hook that throws count as failed,
 * since their tests could not run.
 */
export function countRun(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Counts {
  const counts: Counts = {
    passed: 0,
    failed: unhandled.length,
    skipped: 0,
    notRun: [],
    failures: tell('outside of tests', unhandled),
  }
  for (const module of modules) {
    const broken = [module, ...module.children.allSuites()].flatMap((part) => part.errors())
    counts.failed += broken.length
    counts.failures.push(...tell(module.relativeModuleId, broken))
    for (const test of module.children.allTests()) {
      const { state, errors } = test.result()
      if (state === 'passed' || state === 'failed') {
        counts[state] += 1
        counts.failures.push(...tell(`${module.relativeModuleId}: ${test.fullName}`, errors ?? []))
      } else {
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
