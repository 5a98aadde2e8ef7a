import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** The path of a tool that the repository pins. */
export function tool(name) {
  return join(root, 'node_modules/.bin', name)
}

const running = new Set()

function stop(child, signal) {
  try {
    process.kill(-child.pid, signal)
  } catch {
    child.kill(signal)
  }
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => {
    for (const child of running) stop(child, 'SIGTERM')
    process.exit(code)
  })
}

/**
 * Runs a command in the root of the repository. `live` passes its output on as it comes; otherwise it is returned.
 * After `timeoutMs` the command and its children are killed, which counts as a failure. Never rejects.
 */
export function runCommand(command, args, { env = {}, live = false, timeoutMs = 10 * 60_000 } = {}) {
  const started = performance.now()
  const { promise, resolve } = deferred()
  const child = spawn(command, args, {
    cwd: root,
    env: { NEXT_TELEMETRY_DISABLED: '1', ...process.env, ...env },
    stdio: live ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running.add(child)
  const chunks = []
  child.stdout?.on('data', (chunk) => chunks.push(chunk))
  child.stderr?.on('data', (chunk) => chunks.push(chunk))
  const timer = setTimeout(() => {
    chunks.push(Buffer.from(`\nstopped: not done after ${timeoutMs / 1000} s\n`))
    stop(child, 'SIGKILL')
  }, timeoutMs)
  const end = (ok, extra = '') => {
    clearTimeout(timer)
    running.delete(child)
    const output = (Buffer.concat(chunks).toString() + extra).trimEnd()
    resolve({ ok, output, seconds: (performance.now() - started) / 1000 })
  }
  child.once('error', (error) => end(false, `${command}: ${error.message}`))
  child.once('close', (code) => end(code === 0))
  return promise
}

function deferred() {
  let resolve
  const promise = new Promise((done) => {
    resolve = done
  })
  return { promise, resolve }
}
