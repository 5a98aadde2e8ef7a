// `npm run simulate:explore -- --minutes 10`: the simulations of the engine with values that nobody tried before.
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { runCommand, tool } from './tools/run-command.mjs'

const pure = ['libs/domain/src/rollout/world', '--project', 'unit']
const stored = ['libs/operations/src/rollout/storm.int.test.ts', '--project', 'integration']
const runs = { pure: 4_000, stored: 20 }

function readMinutes() {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
  const minutes = Number(values.minutes)
  if (minutes > 0) return minutes
  throw new Error(
    `--minutes ${values.minutes} is not a number above 0. For example: npm run simulate:explore -- --minutes 10`,
  )
}

/** One run of a simulation. Returns whether all promises held; prints how to repeat it where they did not. */
async function explore(files, env) {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const result = await runCommand(tool('vitest'), ['run', ...files], { env, timeoutMs: 60 * 60_000 })
  console.log(`${result.ok ? '✓' : '✗'} ${settings.join(' ')}  ${result.seconds.toFixed(0)} s`)
  if (!result.ok) console.log(`${result.output}\nAgain: ${settings.join(' ')} npx vitest run ${files.join(' ')}\n`)
  return result.ok
}

async function run() {
  const end = Date.now() + readMinutes() * 60_000
  const found = { pure: 0, stored: 0, failed: 0 }
  while (Date.now() < end) {
    const seed = randomInt(1, 2 ** 31 - 1000)
    const held = await explore(pure, { SEED: seed, WORLD_RUNS: runs.pure })
    const stormed = await explore(stored, { STORM_FROM: seed, STORM_SEEDS: runs.stored })
    found.pure += runs.pure
    found.stored += runs.stored
    found.failed += Number(!held) + Number(!stormed)
  }
  console.log(`${found.pure} rollouts in memory, ${found.stored} on the database; ${found.failed} runs failed`)
  return found.failed
}

try {
  process.exitCode = (await run()) > 0 ? 1 : 0
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
