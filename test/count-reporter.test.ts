import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryRoot } from './architecture/files.ts'
import type { Counts } from './tools/count-reporter.ts'

const suite = {
  'config.mjs': 'export default { test: { globals: true } }',
  'outcomes.test.js': `test('passes', () => {})
test('passes too', () => {})
test('fails', () => { throw new Error('on purpose') })
test.skip('is skipped', () => {})
test.todo('is not written')`,
  'broken.test.js': `throw new Error('does not load')`,
  'hook.test.js': `describe('after a hook that throws', () => {
  beforeAll(() => { throw new Error('on purpose') })
  test('cannot run', () => {})
})`,
}

/** Runs a suite in a process of its own, as `npm test` does, and returns what the reporter wrote. */
async function countSuite(files: Record<string, string>): Promise<Counts> {
  const root = await mkdtemp(join(tmpdir(), 'bootfleet-counts-'))
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text)
    const counts = join(root, 'counts.json')
    const reporter = join(repositoryRoot, 'test/tools/count-reporter.ts')
    const args = ['run', '--root', root, '--config', join(root, 'config.mjs'), `--reporter=${reporter}`]
    const env = { ...process.env, BOOTFLEET_TEST_COUNTS: counts }
    await new Promise<void>((done) => {
      execFile(join(repositoryRoot, 'node_modules/.bin/vitest'), args, { env }, () => done())
    })
    return JSON.parse(await readFile(counts, 'utf8')) as Counts
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

test('what could not run is counted as failed, what was switched off as skipped', async () => {
  const counts = await countSuite(suite)
  expect(counts).toMatchObject({ passed: 2, failed: 3 })
  expect(counts.notRun).toContain('outcomes.test.js: is skipped')
  expect(counts.notRun).toContain('outcomes.test.js: is not written')
  expect(counts.failures.map((failure) => failure.split('\n').slice(0, 2))).toEqual(
    expect.arrayContaining([
      ['outcomes.test.js: fails', 'on purpose'],
      ['broken.test.js', 'does not load'],
      ['hook.test.js', 'on purpose'],
    ]),
  )
}, 60_000)
