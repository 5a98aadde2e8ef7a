import { readFile, statfs } from 'node:fs/promises'
import { release } from 'node:os'
import type { MachineFacts } from './machine.ts'

const gib = 1024 ** 3

/** Kernel, distribution and disk. Numbers that move all the time are rounded, so that the inventory changes only when it means something. */
export async function readFacts(stateDir: string): Promise<MachineFacts> {
  return { kernel: release(), os: await osRelease(), disk: await diskOf(stateDir) }
}

async function osRelease(): Promise<Record<string, string>> {
  const wanted = ['ID', 'VERSION_ID', 'PRETTY_NAME', 'VARIANT_ID', 'IMAGE_VERSION']
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '')
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

/** Without what the boot loader adds for each deployment. */
export async function readKernelArguments(): Promise<string[]> {
  const text = await readFile('/proc/cmdline', 'utf8').catch(() => '')
  const noise = /^(ostree|composefs|BOOT_IMAGE|initrd|systemd\.set_credential|bootfleet\.)/
  return text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '' && !noise.test(word))
    .slice(0, 100)
}
