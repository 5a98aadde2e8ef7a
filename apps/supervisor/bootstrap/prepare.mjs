import { buildDiffers, rememberBuild, sourceFingerprint } from './build-state.mjs'
import { installDiffers } from './install-state.mjs'
import { root } from './root.mjs'
import { runStep } from './run-step.mjs'

/** Installs and builds what is missing or older than the sources. Returns false, after saying why, when that fails. */
export async function prepare() {
  const difference = installDiffers(root)
  if (difference !== undefined && !(await install(difference))) return false
  const fingerprint = sourceFingerprint(root)
  const reason = buildDiffers(root, fingerprint)
  if (reason === undefined) return true
  if (!(await build(reason))) return false
  rememberBuild(root, fingerprint)
  return true
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
