// `npm run mutants`: breaks the engine in one place after the other, and shows that the simulation notices.
// It changes sources in place and puts them back, so it wants a clean working tree. `npm run mutants -- memory` takes those
// of one simulation only.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { root, runCommand, tool } from './tools/run-command.mjs'

/** Faults that people make, each with the simulation that has to notice it. */
const mutants = JSON.parse(readFileSync(join(root, 'test/tools/mutants.json'), 'utf8'))

const simulations = {
  memory: { args: ['--project', 'unit', 'libs/domain/src/rollout/world'], env: { WORLD_RUNS: '2000' } },
  database: {
    args: ['--project', 'integration', 'libs/operations/src/rollout/storm.int.test.ts'],
    env: { STORM_SEEDS: '12' },
  },
  peers: { args: ['--project', 'integration', '--bail=1', 'test/integration/peer-failures'], env: {} },
  // Each seed takes seconds: those that noticed the fault when it was planted first.
  power: { args: ['--project', 'integration', '--bail=1', 'apps/agent/src/power.int.test.ts'], env: {} },
}

/** What the first failure said and how far the simulation had come, or null when it passed. */
function firstFailure({ ok, output, seconds }) {
  if (ok) return null
  const text = stripVTControlCharacters(output)
  const stormed = text.match(/(seed \d+): (?:\w*Error: )?(.*)/) ?? powerCut(text)
  const said = stormed?.[2] ?? text.match(/(?:AssertionError|Error): (?!Property failed)(.*)/)?.[1] ?? 'failed'
  const worlds = text.match(/Property failed after (\d+) tests/)?.[1]
  const named = text.match(/FAIL .* > (.*)/)?.[1]
  const after = stormed?.[1] ?? (worlds ? `${worlds} worlds` : (named ?? 'the run'))
  return { said: said.replaceAll('|', '/').slice(0, 110), after, seconds: Math.round(seconds) }
}

/** Of a test with the power: the seed, and what it missed. */
function powerCut(text) {
  const [, seed, said] = text.match(/Error: (seed \d+), \{.*?power\.int\.test\.ts(?:: (.*))?/) ?? []
  return seed && [text, seed, said ?? 'it does not come to its end']
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

// A row of the table in docs/testing.md.
function rowOf({ what, simulation }, failure) {
  if (failure === null) return `| ${what} | ${simulation} | SURVIVED | |`
  const { said, after, seconds } = failure
  return `| ${what} | ${simulation} | ${said} | ${after}, ${seconds} s |`
}

async function isClean() {
  const { ok, output } = await runCommand('git', ['status', '--porcelain', '--', 'libs', 'apps'])
  return ok && output === ''
}

async function run() {
  if (!(await isClean())) {
    console.error(
      'libs/ or apps/ has changes that are not committed. Commit or stash them first: sources are changed in place.',
    )
    return 2
  }
  let survived = 0
  console.log('| fault | simulation | what it says | after |\n|---|---|---|---|')
  const only = process.argv[2]
  const planted = mutants.filter(({ simulation }) => only === undefined || simulation === only)
  for (const mutant of planted) {
    const { args, env } = simulations[mutant.simulation]
    const seeds = mutant.seeds === undefined ? {} : { POWER_SEEDS: mutant.seeds }
    const result = await withMutant(mutant, () =>
      runCommand(tool('vitest'), ['run', ...args], { env: { ...env, ...seeds } }),
    )
    const failure = firstFailure(result)
    if (failure === null) survived += 1
    console.log(rowOf(mutant, failure))
  }
  console.log(`${planted.length - survived} of ${planted.length} killed`)
  return survived > 0 ? 1 : 0
}

process.exitCode = await run()
