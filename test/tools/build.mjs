// Builds everything that `npm start` and the images run: generated client, libraries and apps, the agent's bundle, the dashboard.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, tool } from './run-command.mjs'
import { generate, runParallel, runStep } from './steps.mjs'

/** The workspace's own build script, if it has one. */
function workspaceBuild(name) {
  const manifest = join(root, 'apps', name, 'package.json')
  if (!existsSync(manifest) || !JSON.parse(readFileSync(manifest, 'utf8')).scripts?.build) return []
  const script = `npm run build -w @bootfleet/${name}`
  return [{ name, fix: script, commands: [['npm', script.split(' ').slice(1)]] }]
}

const compile = { name: 'compile', fix: 'npx tsc -b', commands: [[tool('tsc'), ['-b', 'tsconfig.build.json']]] }

async function buildAll() {
  for (const step of [generate, compile]) if (!(await runStep(step))) return false
  const apps = [...workspaceBuild('web'), ...workspaceBuild('agent')]
  return (await runParallel(apps)).every(Boolean)
}

if (!(await buildAll())) process.exitCode = 1
