import { readUsage } from './process-usage.ts'
import type { ProcessName, Site } from './site.ts'

const watched = ['gateway', 'worker', 'api', 'postgres', 'generator'] as const

export interface Spent {
  readonly elapsedMs: number
  /** Processor time by process. */
  readonly cpuMs: Readonly<Record<ProcessName, number>>
}

/** Runs `work` and tells what each process spent meanwhile. */
export async function watchUsage<T>(site: Site, work: () => Promise<T>): Promise<{ result: T; spent: Spent }> {
  const before = await cpuTimes(site)
  const began = performance.now()
  const result = await work()
  const elapsedMs = performance.now() - began
  const after = await cpuTimes(site)
  const since = (name: ProcessName) => after[name] - before[name]
  return { result, spent: { elapsedMs, cpuMs: byName(watched.map((name) => [name, since(name)])) } }
}

/** `gateway 71 %, ...`: shares of one core. */
export function shares({ elapsedMs, cpuMs }: Spent): string {
  const share = (name: ProcessName) => `${name} ${Math.round((cpuMs[name] / elapsedMs) * 100)} %`
  return `Of one core: ${watched.map(share).join(', ')}.`
}

async function cpuTimes(site: Site): Promise<Record<ProcessName, number>> {
  const times = watched.map(async (name) => {
    const usages = await Promise.all((await site.pids(name)).map((pid) => readUsage(pid).catch(() => undefined)))
    return [name, usages.reduce((total, usage) => total + (usage?.cpuMs ?? 0), 0)] as const
  })
  return byName(await Promise.all(times))
}

function byName(entries: readonly (readonly [ProcessName, number])[]): Record<ProcessName, number> {
  return Object.fromEntries(entries) as Record<ProcessName, number>
}

/** Memory by process, MiB; of PostgreSQL without what its processes share. */
export async function readMemory(site: Site): Promise<Map<ProcessName, number>> {
  const memory = new Map<ProcessName, number>()
  for (const name of watched) {
    const usages = await Promise.all((await site.pids(name)).map((pid) => readUsage(pid).catch(() => undefined)))
    const sizes = usages.map((usage) => (name === 'postgres' ? usage?.ownMiB : usage?.rssMiB) ?? 0)
    memory.set(
      name,
      sizes.reduce((total, size) => total + size, 0),
    )
  }
  return memory
}
