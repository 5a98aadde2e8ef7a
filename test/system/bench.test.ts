import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const bench = fileURLToPath(new URL('../load/bench.mjs', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))

async function run(args: readonly string[]) {
  const child = spawn(process.execPath, [bench, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  await once(child, 'close')
  return { code: child.exitCode, ...output }
}

test.skipIf(process.platform !== 'linux')('the bench measures everything, in lines that fit a terminal', async () => {
  const { code, stdout, stderr } = await run(['--quick', '--plans'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const titles = [
    /^Enrolling/m,
    /^Connecting/m,
    /^Memory/m,
    /^Pushing/m,
    /^Ingest/m,
    /^A rollout/m,
    /^Gate decisions/m,
    /^The cost of a turn/m,
    /^The agent/m,
    /^Plans/m,
  ]
  for (const title of titles) expect(stdout).toMatch(title)
  expect(stdout).not.toMatch(/NaN|undefined/)
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
})

test('the bench says what is wrong with its options', async () => {
  const { code, stderr } = await run(['--only', 'everything'])
  expect(code).toBe(1)
  expect(stderr).toContain('--only takes names of this list: enroll, connect, push')
})
