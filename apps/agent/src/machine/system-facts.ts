import { readFile, statfs } from 'node:fs/promises'
import { release } from 'node:os'
import { join } from 'node:path'
import type { MachineFacts } from './machine.ts'

const gib = 1024 ** 3

/** Kernel, distribution and disk. Numbers that move all the time are rounded, so that the inventory changes only when it means something. */
export async function readFacts(places: { root: string; stateDir: string }): Promise<MachineFacts> {
  return { kernel: release(), os: await osRelease(places.root), disk: await diskOf(places.stateDir) }
}

async function osRelease(root: string): Promise<Record<string, string>> {
  const wanted = ['ID', 'VERSION_ID', 'PRETTY_NAME', 'VARIANT_ID', 'IMAGE_VERSION']
  const read = (path: string) => readFile(join(root, path), 'utf8')
  const text = await read('etc/os-release').catch(() => read('usr/lib/os-release').catch(() => ''))
  const pairs = text.split('\n').map((line) => line.split(/=(.*)/s))
  return Object.fromEntries(
    pairs.flatMap(([name = '', value = '']) =>
      wanted.includes(name) ? [[name, value.replaceAll(/^["']|["']$/g, '').slice(0, 200)]] : [],
    ),
  )
}

async function diskOf(path: string): Promise<MachineFacts['disk']> {
  try {
    const { blocks, bavail, bsize } = await statfs(path)
    const freePercent = Math.round((bavail / Math.max(1, blocks)) * 10) * 10
    return { totalGiB: Math.round((blocks * bsize) / gib), freePercent }
  } catch {
    return null
  }
}
