import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runChecks } from './run-checks.ts'

let stateDir = ''
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'bf-checks-'))
  const directory = join(stateDir, 'checks/required.d')
  await mkdir(directory, { recursive: true })
  const put = (name: string, script: string, mode = 0o755) =>
    writeFile(join(directory, name), `#!/bin/sh\n${script}\n`, { mode })
  await put('10-good', 'exit 0')
  await put('20-bad', 'echo no answer from the application; exit 3')
  await put('30-quiet', 'exit 1')
  await put('README', 'exit 1', 0o644)
})
afterAll(() => rm(stateDir, { recursive: true }))

it('names the executable checks that failed, in order, with what they said', async () => {
  expect(await runChecks({ stateDir, baseline: null })).toEqual([
    { check: '20-bad', output: 'no answer from the application' },
    { check: '30-quiet' },
  ])
})
