import { buildDiffers, sourceFingerprint } from './build-state.mjs'
import { installDiffers } from './install-state.mjs'
import { root } from './root.mjs'
import { runStep } from './run-step.mjs'

/**
 * Installs and builds what is missing or older than the sources. Returns the steps that it took, `{ name, seconds }`,
 * or undefined, after saying why, when one of them fails.
 */
export async function prepare() {
  const steps = []
  const take = async (name, run, because) => {
    if (because === undefined) return true
    const seconds = await run(because)
    steps.push({ name, seconds })
    return seconds !== undefined
  }
  if (!(await take('packages', install, installDiffers(root)))) return undefined
  if (!(await take('build', build, buildDiffers(root, sourceFingerprint(root))))) return undefined
  return steps
}

function install(because) {
  return runStep({
    name: 'install packages',
    because,
    command: 'npm',
    args: ['ci', '--no-fund', '--no-audit', '--loglevel=error'],
    advice:
      'npm could not install what package-lock.json names. Check the connection to the npm registry, then run npm start again.',
  })
}

function build(because) {
  return runStep({
    name: 'generate and build',
    because,
    command: 'npm',
    args: ['run', '--silent', 'build'],
    advice: 'The build failed. Repair what is named above (npm run build shows it whole), then run npm start again.',
  })
}
