import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const vitest = join(import.meta.dirname, '../../../node_modules/.bin/vitest')
const setup = join(import.meta.dirname, 'vitest-postgres.ts')

test('a run with a server that has a failed test ends with 1', async () => {
  const root = await mkdtemp(join(tmpdir(), 'bootfleet-exit-'))
  try {
    const config = join(root, 'config.mjs')
    await writeFile(config, `export default { test: { globals: true, globalSetup: ['${setup}'] } }`)
    await writeFile(join(root, 'one.test.js'), `test('fails', () => { throw new Error('on purpose') })`)
    const code = await new Promise((done) => {
      execFile(vitest, ['run', '--root', root, '--config', config], (error) => done(error?.code ?? 0))
    })
    expect(code).toBe(1)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})
