// `npm test`: the whole suite, from a fresh clone to one line that counts it. Needs nothing but Node to start.
import { ensureInstalled } from './tools/install.mjs'
import { ensureServers } from './tools/servers.mjs'
import { build, runParallel, runStep, staticSteps } from './tools/steps.mjs'
import { runSuite, suites } from './tools/suites.mjs'

const inCi = process.env.CI === 'true'
const total = { passed: 0, failed: 0, skipped: 0 }
const started = performance.now()

function title(text) {
  console.log(`\n── ${text} (${Math.round((performance.now() - started) / 1000)} s)`)
}

function count(ok) {
  total[ok ? 'passed' : 'failed'] += 1
  return ok
}

async function prepare() {
  title('packages and servers')
  if (!(await ensureInstalled())) return count(false)
  const missing = await ensureServers()
  if (inCi) for (const server of missing) count(server === undefined)
  return true
}

async function runSuites(built) {
  for (const suite of suites) {
    title(`${suite.name} tests`)
    if (suite.name === 'system' && !built) {
      console.log('not run: they start what the build makes, and the build failed')
      count(false)
      continue
    }
    const { passed, failed, skipped, notRun } = await runSuite(suite)
    for (const name of notRun) console.log(`skipped: ${name}`)
    total.passed += passed
    total.failed += failed
    total.skipped += skipped
  }
}

async function run() {
  console.log(
    'The whole suite: install what is missing, build, static checks, then unit, integration and system tests.',
  )
  if (!(await prepare())) return
  title('build')
  const built = count(await runStep(build))
  title('static checks')
  for (const ok of await runParallel(staticSteps)) count(ok)
  await runSuites(built)
}

try {
  await run()
} catch (error) {
  console.error(error)
  total.failed += 1
}

if (inCi && total.skipped > 0) {
  console.log(`\nCI has everything that a test may need, so its ${total.skipped} skipped tests count as failed.`)
  total.failed += total.skipped
  total.skipped = 0
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`)
process.exitCode = total.failed > 0 ? 1 : 0
