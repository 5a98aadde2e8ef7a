import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url))

export interface CommandLineOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Comes on stdin, which then ends. */
  readonly input?: string
  /** Called with all output so far, to act while it runs. */
  readonly onOutput?: (text: string, send: Send) => void
}

/** Sends a signal, or keys to the terminal. */
export interface Send {
  signal(name: NodeJS.Signals): void
  keys(text: string): void
}

export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built `bootfleet` without a terminal, and with no more environment than given. */
export function bootfleet(args: readonly string[], options: CommandLineOptions = {}): Promise<CommandResult> {
  return run(process.execPath, [main, ...args], options)
}

/** Runs it on a terminal of 80 by 24, by `script` of util-linux; all output comes as stdout. */
export function bootfleetOnTerminal(args: readonly string[], options: CommandLineOptions = {}): Promise<CommandResult> {
  const words = [process.execPath, main, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
  return run('script', ['-qec', `stty cols 80 rows 24; exec ${words.join(' ')}`, '/dev/null'], options)
}

async function run(command: string, args: readonly string[], options: CommandLineOptions): Promise<CommandResult> {
  const { env, cwd, input, onOutput } = options
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'] ?? '', SHELL: '/bin/sh', TERM: 'xterm-256color', ...env },
    ...(cwd !== undefined && { cwd }),
  })
  const output = { stdout: '', stderr: '' }
  const send: Send = {
    signal: (name) => void child.kill(name),
    keys: (text) => void child.stdin.write(text),
  }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8')
    child[name].on('data', (chunk: string) => {
      output[name] += chunk
      onOutput?.(output.stdout + output.stderr, send)
    })
  }
  // A terminal stays open as long as it is used.
  if (input !== undefined) child.stdin.end(input)
  else if (command !== 'script') child.stdin.end()
  await once(child, 'close')
  return { code: child.exitCode, ...output }
}
