import { readdir, readFile } from 'node:fs/promises'

const tickMs = 10
const pageKiB = 4

/** A process as Linux tells: processor time since its start, memory of its own and in all (MiB). */
interface Usage {
  /** Of its ended children too: connections of PostgreSQL come and go. */
  readonly cpuMs: number
  readonly rssMiB: number
  /** Without what it shares with others or has mapped from files. */
  readonly ownMiB: number
}

export interface Found {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

/** Processes below this one. */
export async function descendants(): Promise<Found[]> {
  const all = (await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(readOne))).flat()
  const found: Found[] = []
  for (let parents = [process.pid]; parents.length > 0;) {
    const children = all.filter(({ parent }) => parents.includes(parent))
    found.push(...children)
    parents = children.map(({ pid }) => pid)
  }
  return found
}

async function readOne(name: string): Promise<Found[]> {
  try {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${name}/stat`, 'utf8'),
      readFile(`/proc/${name}/cmdline`, 'utf8'),
    ])
    return [{ pid: Number(name), parent: Number(fieldsOf(stat)[1]), command: command.replaceAll('\0', ' ') }]
  } catch {
    // It ended in between.
    return []
  }
}

export async function readUsage(pid: number): Promise<Usage> {
  const [stat, memory] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/statm`, 'utf8'),
  ])
  const fields = fieldsOf(stat)
  const [, resident = 0, shared = 0] = memory.split(' ').map(Number)
  const mebibytes = (pages: number) => (pages * pageKiB) / 1024
  return {
    cpuMs: fields.slice(11, 15).reduce((total, ticks) => total + Number(ticks), 0) * tickMs,
    rssMiB: mebibytes(resident),
    ownMiB: mebibytes(resident - shared),
  }
}

// Those after the name, which may hold spaces.
function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}
