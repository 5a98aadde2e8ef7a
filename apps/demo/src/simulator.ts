import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DemoConfig } from './config.ts'
import { fleet, imageRules } from './images.ts'

const program = join(import.meta.dirname, '../../agent/dist/bootfleet-simulate.mjs')
/** Durations of boots and downloads are divided by this. */
const speed = '4'

/** Runs the simulated devices until the signal aborts. Rejects when they end before. */
export async function simulate(
  { api, folder, environment }: DemoConfig,
  group: string,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const rules = join(folder, 'rules.json')
  await writeFile(rules, JSON.stringify(imageRules()))
  const options = {
    server: api.baseUrl,
    group,
    seed: 'demo',
    devices: String(fleet.devices),
    sites: fleet.sites,
    models: fleet.models,
    behaviours: fleet.behaviours,
    speed,
    rules,
    state: join(folder, 'devices.json'),
  }
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  if (signal.aborted) return
  const child = fork(program, args, { env: environment })
  const stop = () => void child.kill('SIGTERM')
  signal.addEventListener('abort', stop, { once: true })
  const [code] = await once(child, 'exit')
  signal.removeEventListener('abort', stop)
  if (!signal.aborted) throw new Error(`The simulated devices ended with code ${String(code)}.`)
}
