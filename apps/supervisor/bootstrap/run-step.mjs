import { spawn } from 'node:child_process'
import { root } from './root.mjs'
import { startProgress } from './progress.mjs'

const tailLines = 25

/**
 * Runs one command to its end with a line of progress. On failure prints the end of its output and `advice`. Being
 * asked to stop, it ends the command with everything that it started. Returns the seconds that it took, or undefined when
 * it failed.
 */
export async function runStep({ name, because, command, args, advice }) {
  const started = performance.now()
  const progress = startProgress(`${name} (${because})`)
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1' }
  const grouped = process.platform !== 'win32'
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: grouped })
  const unhook = onStop(() => {
    const { pid, exitCode } = child
    if (!grouped || pid === undefined || exitCode !== null) child.kill()
    else process.kill(-pid, 'SIGTERM')
  })
  const tail = []
  const onLine = (line) => {
    progress.detail(line)
    tail.push(line)
    if (tail.length > tailLines) tail.shift()
  }
  for (const stream of [child.stdout, child.stderr]) readLines(stream, onLine)
  const problem = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.code === 'ENOENT' ? `${command} was not found` : error.message))
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : `ended with ${signal ?? `code ${code}`}`))
  })
  const stopped = unhook()
  progress.end(problem === undefined)
  if (stopped) console.error(`${name}: stopped.`)
  else if (problem !== undefined)
    console.error(`${tail.map((line) => `    ${line}`).join('\n')}\n${name}: ${problem}. ${advice}`)
  return problem === undefined ? (performance.now() - started) / 1000 : undefined
}

/** Calls `stop` once when asked to stop; the answer removes the handlers and says whether that happened. */
function onStop(stop) {
  let stopped = false
  const handle = () => {
    if (!stopped) stop()
    stopped = true
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, handle)
  return () => {
    for (const signal of signals) process.off(signal, handle)
    return stopped
  }
}

function readLines(stream, onLine) {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()
    for (const line of lines) if (line.trim() !== '') onLine(line.trimEnd())
  })
}
