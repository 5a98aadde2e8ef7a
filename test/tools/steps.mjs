import { join } from 'node:path'
import { root, runCommand, tool } from './run-command.mjs'

/** A step is `{ name, fix, commands }`: its commands run one after another until one fails. */
const node = (script) => [process.execPath, [join(root, script)]]

export const generate = { name: 'generate', fix: 'see prisma/schema', commands: [node('test/tools/generate.mjs')] }

/** The types of the dashboard's routes, which Next writes. Before the static steps: more than one of them reads these. */
export const routeTypes = {
  name: 'route types',
  fix: 'npx next typegen apps/web',
  commands: [[tool('next'), ['typegen', 'apps/web']]],
}

export const transpile = { name: 'compile', fix: 'npx tsc -b', commands: [node('test/tools/transpile.mjs')] }

export const build = { name: 'build', fix: 'npm run build', commands: [node('test/tools/build.mjs')] }

/** What can be said about the code without running it. None depends on another. The slowest is first. */
export const staticSteps = [
  {
    name: 'types',
    fix: 'npx tsc -b',
    // Declarations alone: what runs, here and for everyone, is what the build compiled.
    commands: [
      [tool('tsc'), ['-b', 'tsconfig.build.json', '--emitDeclarationOnly']],
      [tool('tsc'), ['-p', 'tsconfig.test.json']],
      [tool('tsc'), ['-p', 'apps/web', '--noEmit']],
    ],
  },
  { name: 'lint', fix: 'npm run lint', commands: [[tool('oxlint'), ['--deny-warnings']]] },
  {
    name: 'imports',
    fix: 'npm run architecture',
    commands: [[tool('depcruise'), ['-c', '.dependency-cruiser.cjs', 'apps', 'libs', 'prisma', 'test']]],
  },
  { name: 'unused', fix: 'npm run unused', commands: [[tool('knip'), ['--no-progress', '--no-config-hints']]] },
  { name: 'format', fix: 'npm run format', commands: [[tool('oxfmt'), ['--check']]] },
]

/** Runs one step and prints one line about it; the output follows when it failed. Returns whether it passed. */
export async function runStep(step, options) {
  let seconds = 0
  for (const [command, args] of step.commands) {
    const result = await runCommand(command, args, options)
    seconds += result.seconds
    if (!result.ok) {
      console.log(`✗ ${step.name}  ${seconds.toFixed(1)} s  (to repair: ${step.fix})\n${indent(result.output)}`)
      return false
    }
  }
  console.log(`✓ ${step.name}  ${seconds.toFixed(1)} s`)
  return true
}

/** Runs steps in two lanes, the number of cores that the project is developed on. Returns the outcomes in order. */
export async function runParallel(steps, run = runStep) {
  const outcomes = []
  const queue = steps.map((step, index) => ({ step, index }))
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      outcomes[next.index] = await run(next.step)
    }
  }
  await Promise.all([lane(), lane()])
  return outcomes
}

function indent(text) {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')
}
