import { spawn } from 'node:child_process'
import { root } from './root.mjs'
import { startProgress } from './progress.mjs'

const tailLines = 25

/**
 * Runs one command to its end with a line of progress. On failure prints the end of its output and `advice`. Ctrl-C
 * reaches the command from the terminal; SIGTERM is passed on. Returns whether it succeeded.
 */
export async function runStep({ name, because, command, args, advice }) {
  const progress = startProgress(`${name} (${because})`)
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1' }
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const forward = () => child.kill('SIGTERM')
  process.once('SIGTERM', forward)
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
  process.off('SIGTERM', forward)
  progress.end(problem === undefined)
  if (problem !== undefined)
    console.error(`${tail.map((line) => `    ${line}`).join('\n')}\n${name}: ${problem}. ${advice}`)
  return problem === undefined
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
