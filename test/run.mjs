// `npm test`: the whole suite, from a fresh clone to one line that counts it. Needs nothing but Node to start.
import { ensureInstalled } from './tools/install.mjs'
import { ensureServers } from './tools/servers.mjs'
import { build, routeTypes, runParallel, runStep, staticSteps } from './tools/steps.mjs'
import { runSuite, suites } from './tools/suites.mjs'

const inCi = process.env.CI === 'true'
const total = { passed: 0, failed: 0, skipped: 0 }
/** What failed, to be told again at the end, where people and logs that were cut look. */
const told = []
const started = performance.now()

function title(text) {
  console.log(`\n── ${text} (${Math.round((performance.now() - started) / 1000)} s)`)
}

function count(ok, name) {
  total[ok ? 'passed' : 'failed'] += 1
  if (!ok) told.push(`${name}: see above`)
  return ok
}

async function prepare() {
  title('packages and servers')
  if (!(await ensureInstalled())) return count(false, 'packages')
  const missing = await ensureServers()
  if (inCi) for (const server of missing) count(server === undefined, `server ${server?.name}`)
  return true
}

async function runSuites(built) {
  for (const suite of suites) {
    title(`${suite.name} tests`)
    if (suite.name === 'system' && !built) {
      console.log('not run: they start what the build makes, and the build failed')
      count(false, 'system tests')
      continue
    }
    const { passed, failed, skipped, notRun, failures } = await runSuite(suite)
    for (const name of notRun) console.log(`skipped: ${name}`)
    total.passed += passed
    total.failed += failed
    total.skipped += skipped
    told.push(...failures)
  }
}

async function run() {
  console.log(
    'The whole suite: install what is missing, build, static checks, then unit, integration and system tests.',
  )
  if (!(await prepare())) return
  title('build')
  const built = count(await runStep(build), 'build')
  title('static checks')
  count(await runStep(routeTypes), routeTypes.name)
  const outcomes = await runParallel(staticSteps)
  for (const [index, ok] of outcomes.entries()) count(ok, staticSteps[index].name)
  await runSuites(built)
}

try {
  await run()
} catch (error) {
  console.error(error)
  count(false, 'the run itself')
}

if (inCi && total.skipped > 0) {
  console.log(`\nCI has everything that a test may need, so its ${total.skipped} skipped tests count as failed.`)
  total.failed += total.skipped
  total.skipped = 0
}
for (const failure of told) console.log(`\n✗ ${failure}`)
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`)
process.exitCode = total.failed > 0 ? 1 : 0
