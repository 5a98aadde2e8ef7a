import { spawnSync } from 'node:child_process'

/** Runs a program to its end and returns what it printed. Throws with what it said otherwise. */
export function run(file: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: 'utf8', maxBuffer: 16 * 1024 ** 2 })
  if (status === 0) return stdout
  throw new Error(`${[file, ...args].join(' ')}: ${error?.message ?? stderr.trim().replace(/^error: /, '')}`)
}
