// Measures what a stranger waits for: clones the committed state into a new folder, runs `npm start` there with an empty
// npm cache until it is ready, prints where the time went, and removes all of it: node test/tools/first-start.mjs
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, runCommand } from './run-command.mjs'

const readyWithinMs = 15 * 60_000

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return String(port)
}

async function environment(folder) {
  const { PATH, HOME } = process.env
  const ports = {}
  for (const name of ['PORT', 'API_PORT', 'DEVICE_PORT', 'MQTT_PORT']) ports[name] = await freePort()
  return { PATH, HOME, npm_config_cache: join(folder, 'npm-cache'), ...ports }
}

/** Starts it, passes its output on, and asks it to stop when it is ready. Returns whether it became ready. */
async function start(clone, env) {
  const child = spawn('npm', ['start'], { cwd: clone, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const signal = (name) => child.pid !== undefined && process.kill(-child.pid, name)
  const timer = setTimeout(() => signal('SIGTERM'), readyWithinMs)
  let output = ''
  let ready = false
  child.stdout.on('data', (chunk) => {
    process.stdout.write(chunk)
    output += chunk
    if (ready || !output.includes('Ctrl-C stops it')) return
    ready = true
    signal('SIGINT')
  })
  await once(child, 'close')
  clearTimeout(timer)
  return ready
}

const folder = mkdtempSync(join(tmpdir(), 'bootfleet-first-start-'))
try {
  const clone = join(folder, 'bootfleet')
  const cloned = await runCommand('git', ['clone', '--quiet', root, clone])
  console.log(`git clone  ${cloned.seconds.toFixed(1)} s; ${cpus().length} cores, Node ${process.versions.node}`)
  if (!cloned.ok) throw new Error(cloned.output)
  if (!(await start(clone, await environment(folder)))) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
