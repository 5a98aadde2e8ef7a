// `npm run check`: everything that can be said in a minute, without a server. One line a step.
import { tool } from './tools/run-command.mjs'
import { generate, runParallel, runStep, staticSteps } from './tools/steps.mjs'

const unit = {
  name: 'unit tests',
  fix: 'npm run test:unit',
  commands: [[tool('vitest'), ['run', '--project', 'unit', '--passWithNoTests', '--reporter=dot']]],
}

const [types, ...others] = staticSteps
const ok = (await runStep(generate)) && (await runParallel([types, unit, ...others])).every(Boolean)
console.log(ok ? 'check: all is well' : 'check: something above needs repair')
if (!ok) process.exitCode = 1
