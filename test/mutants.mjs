// `npm run mutants`: breaks the engine in one place after the other, and shows that the simulation notices.
// It changes sources in place and puts them back, so it wants a clean working tree.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { root, runCommand, tool } from './tools/run-command.mjs'

/** Faults that people make, each with the simulation that has to notice it. */
const mutants = JSON.parse(readFileSync(join(root, 'test/tools/mutants.json'), 'utf8'))

const simulations = {
  memory: { args: ['--project', 'unit', 'libs/domain/src/rollout/world.test.ts'], env: { WORLD_RUNS: '2000' } },
  database: {
    args: ['--project', 'integration', 'libs/operations/src/rollout/storm.int.test.ts'],
    env: { STORM_SEEDS: '12' },
  },
}

/** What the first failure said, or null when the simulation passed. */
function firstFailure({ ok, output }) {
  if (ok) return null
  return (
    stripVTControlCharacters(output)
      .match(/(?:AssertionError: |Error: |seed \d+: )(?!Property failed)(.*)/)?.[0]
      ?.slice(0, 140) ?? 'failed'
  )
}

async function withMutant({ file, from, to }, work) {
  const path = join(root, file)
  const original = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    original.replace(from, () => to),
  )
  try {
    return await work()
  } finally {
    writeFileSync(path, original)
  }
}

async function isClean() {
  const { ok, output } = await runCommand('git', ['status', '--porcelain', '--', 'libs'])
  return ok && output === ''
}

async function run() {
  if (!(await isClean())) {
    console.error('libs/ has changes that are not committed. Commit or stash them first: sources are changed in place.')
    return 2
  }
  let survived = 0
  for (const mutant of mutants) {
    const { args, env } = simulations[mutant.simulation]
    const result = await withMutant(mutant, () => runCommand(tool('vitest'), ['run', ...args], { env }))
    const failure = firstFailure(result)
    if (failure === null) survived += 1
    console.log(`${failure === null ? '✗ survived' : '✓ killed'}  ${mutant.what} (${mutant.simulation})`)
    if (failure !== null) console.log(`    ${failure}`)
  }
  console.log(`${mutants.length - survived} of ${mutants.length} killed`)
  return survived > 0 ? 1 : 0
}

process.exitCode = await run()
