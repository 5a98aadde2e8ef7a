// Builds everything that `npm start` and the images run: generated client, libraries and apps, the agent's package, the
// dashboard. Types are not checked: `npm run check` and CI do that once, for all of it.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, runCommand } from './run-command.mjs'
import { generate, runStep, transpile } from './steps.mjs'

/** The workspace's own build script, if it has one. */
function workspaceBuild(name) {
  const manifest = join(root, 'apps', name, 'package.json')
  if (!existsSync(manifest) || !JSON.parse(readFileSync(manifest, 'utf8')).scripts?.build) return []
  const script = `npm run build -w @bootfleet/${name}`
  return [{ name, fix: script, commands: [['npm', script.split(' ').slice(1)]] }]
}

/** Steps that wait for each other. */
async function inOrder(steps) {
  for (const step of steps) if (!(await runStep(step))) return false
  return true
}

/** What `npm start` knows a finished build by; it must see the sources as they were when the build began. */
async function stamp(...args) {
  const { ok, output } = await runCommand(process.execPath, ['apps/supervisor/bootstrap/stamp.mjs', ...args])
  if (!ok) throw new Error(output)
  return output
}

const fingerprint = await stamp('begin')
// The dashboard takes longest, and like the agent it is made from sources: it waits for nothing.
const lanes = [workspaceBuild('web'), [generate, transpile, ...workspaceBuild('agent')]]
if ((await Promise.all(lanes.map(inOrder))).every(Boolean)) await stamp('end', fingerprint)
else process.exitCode = 1
