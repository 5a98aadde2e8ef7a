import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const repository = fileURLToPath(new URL('../../../../', import.meta.url))

export interface BuiltWorker extends AsyncDisposable {
  readonly file: string
}

/** Bundles the worker's own sources, so that it can run as a process of its own; npm packages stay outside. */
export async function buildWorker(): Promise<BuiltWorker> {
  // Inside the repository, where the packages are found.
  const cache = join(repository, 'node_modules/.cache/bootfleet')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'worker-'))
  const bundle = await rolldown({
    input: fileURLToPath(new URL('../main.ts', import.meta.url)),
    platform: 'node',
    external: (id) => !/^([./]|@bootfleet\/)/.test(id),
    resolve: { conditionNames: ['source', 'node', 'import', 'default'] },
  })
  const file = join(folder, 'main.mjs')
  await bundle.write({ file, format: 'esm' })
  await bundle.close()
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

export interface WorkerProcess {
  /** What it logged so far. */
  output(): string
  running(): boolean
  /** Sends the signal and resolves with the exit code when it has ended; null when it was killed. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>
}

/** Starts the built worker with this environment alone. */
export function startWorkerProcess(file: string, environment: Record<string, string>): WorkerProcess {
  const child = spawn(process.execPath, [file], { env: { ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  let text = ''
  const keep = (chunk: Buffer) => (text = (text + chunk.toString('utf8')).slice(-20_000))
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  return {
    output: () => text,
    running: () => child.exitCode === null && child.signalCode === null,
    end: async (signal) => {
      child.kill(signal)
      await exited
      return child.exitCode
    },
  }
}
