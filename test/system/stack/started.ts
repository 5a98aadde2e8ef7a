import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { waitFor } from '@bootfleet/testkit'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const script = 'apps/supervisor/start.mjs'
const noDemo = ['--no-demo']

/** What a start is told; everything else of this process's environment that could matter is left out. */
export interface StartEnvironment {
  readonly BOOTFLEET_DATA: string
  readonly PORT: string
  readonly API_PORT: string
  readonly DEVICE_PORT: string
  readonly MQTT_PORT: string
  readonly DATABASE_URL?: string
}

/** A running `npm start`, without npm in between. */
export class Started {
  readonly #child: ChildProcess
  readonly #chunks: Buffer[] = []

  private constructor(environment: StartEnvironment, options: readonly string[]) {
    this.#child = launch(environment, [script, ...options])
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => this.#chunks.push(chunk))
  }

  /** Starts it, without a demo unless the options say otherwise, and waits until it says that it runs. */
  static async start(environment: StartEnvironment, options: readonly string[] = noDemo): Promise<Started> {
    const started = new Started(environment, options)
    const ready = () => {
      if (started.#child.exitCode !== null) throw new Error(`it ended with code ${started.#child.exitCode}`)
      return started.output().includes('Ctrl-C stops it')
    }
    await waitFor('npm start to be ready', ready, 180_000).catch(async (error: unknown) => {
      await started.kill()
      throw new Error(started.output(), { cause: error })
    })
    return started
  }

  /** All that it has written. */
  output(): string {
    return Buffer.concat(this.#chunks).toString()
  }

  /** Asks it to stop and resolves with its exit code. */
  async stop(signal: 'SIGINT' | 'SIGTERM'): Promise<number | null> {
    const ended = once(this.#child, 'close')
    this.#child.kill(signal)
    await ended
    return this.#child.exitCode
  }

  /** Kills the supervisor alone, if it runs. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}

/** Runs a start that is expected to end by itself (or another of its commands), and resolves with what it said. */
export async function runToEnd(environment: StartEnvironment, args: readonly string[] = [script, ...noDemo]) {
  const child = launch(environment, args)
  const output = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  await once(child, 'close')
  return { code: child.exitCode, ...output }
}

function launch(environment: StartEnvironment, args: readonly string[]): ChildProcess {
  const { PATH = '', HOME = '' } = process.env
  return spawn(process.execPath, args, {
    cwd: root,
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
