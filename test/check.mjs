// `npm run check`: everything that can be said in a minute, without a server. One line a step.
import { tool } from './tools/run-command.mjs'
import { generate, routeTypes, runParallel, runStep, staticSteps } from './tools/steps.mjs'

const unit = {
  name: 'unit tests',
  fix: 'npm run test:unit',
  commands: [[tool('vitest'), ['run', '--project', 'unit', '--passWithNoTests', '--reporter=dot']]],
}

const [types, ...others] = staticSteps
const ready = (await runStep(generate)) && (await runStep(routeTypes))
const ok = ready && (await runParallel([types, unit, ...others])).every(Boolean)
console.log(ok ? 'check: all is well' : 'check: something above needs repair')
if (!ok) process.exitCode = 1
