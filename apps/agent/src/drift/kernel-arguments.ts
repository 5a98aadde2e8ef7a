import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { maxDriftEntries } from '@bootfleet/contracts'
import type { DriftDocument } from '@bootfleet/contracts'
import { arch } from 'node:os'

const maxArgument = 300

/** What the boot loader adds for each deployment, what an installation needs to find its disks, and secrets. */
const ordinary =
  /^(ostree|composefs|BOOT_IMAGE|initrd|root|rootflags|rootfstype|rw|ro|boot|resume|rd\.(luks|lvm|md)\S*|luks\S*|systemd\.machine_id|ignition\.platform\.id|\$ignition_firstboot|systemd\.set_credential\S*|bootfleet\.[^=]*)(=|$)/

/** Kernel arguments of this boot that the image does not bring and no installation needs. */
export async function readLocalArguments(root: string): Promise<DriftDocument['kernelArguments']> {
  const cmdline = await readFile(join(root, 'proc/cmdline'), 'utf8').catch(() => '')
  return localArguments(cmdline, await readImageArguments(root))
}

export function localArguments(cmdline: string, ofImage: readonly string[]): DriftDocument['kernelArguments'] {
  const local = splitArguments(cmdline).filter((word) => !ordinary.test(word) && !ofImage.includes(word))
  return { count: local.length, list: local.slice(0, maxDriftEntries).map((word) => word.slice(0, maxArgument)) }
}

/** Spaces within double quotes do not separate. */
function splitArguments(cmdline: string): string[] {
  return cmdline.trim().match(/(?:[^\s"]|"[^"]*")+/g) ?? []
}

/** Arguments in `/usr/lib/bootc/kargs.d/*.toml` that are for this architecture. */
async function readImageArguments(root: string): Promise<string[]> {
  const directory = join(root, 'usr/lib/bootc/kargs.d')
  const names = await readdir(directory).catch(() => [])
  const texts = await Promise.all(
    names
      .filter((name) => name.endsWith('.toml'))
      .map((name) => readFile(join(directory, name), 'utf8').catch(() => '')),
  )
  return texts.flatMap((text) => imageArguments(text))
}

const rustNames: Record<string, string> = { x64: 'x86_64', arm64: 'aarch64', s390x: 's390x', ppc64: 'powerpc64' }

/** The arguments of one of those files; they know two keys, each an array of strings. */
export function imageArguments(toml: string, architecture = rustNames[arch()] ?? arch()): string[] {
  const architectures = readStrings(toml, 'match-architectures')
  if (architectures.length > 0 && !architectures.includes(architecture)) return []
  return readStrings(toml, 'kargs').flatMap(splitArguments)
}

function readStrings(toml: string, key: string): string[] {
  const withoutComments = toml.replaceAll(/^\s*#.*$/gm, '')
  const list = new RegExp(`^\\s*${key}\\s*=\\s*\\[((?:[^\\]"']|"(?:[^"\\\\]|\\\\.)*"|'[^']*')*)\\]`, 'm').exec(
    withoutComments,
  )?.[1]
  const strings = list?.match(/"(?:[^"\\]|\\.)*"|'[^']*'/g) ?? []
  return strings.map((text) => text.slice(1, -1).replaceAll(String.raw`\"`, '"'))
}
