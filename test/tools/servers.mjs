import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runCommand } from './run-command.mjs'

/** The real servers and tools that the suites start as child processes. */
const servers = [
  {
    name: 'redis-server',
    programs: ['redis-server', 'valkey-server'],
    debian: 'redis-server',
    brew: 'redis',
    tests: 'the queue on Redis',
  },
  {
    name: 'mosquitto',
    programs: ['mosquitto'],
    debian: 'mosquitto',
    brew: 'mosquitto',
    tests: 'devices through Mosquitto',
  },
  {
    name: 'docker-registry',
    programs: ['docker-registry', 'registry'],
    debian: 'docker-registry',
    tests: 'releases from a real registry',
  },
  { name: 'skopeo', programs: ['skopeo'], debian: 'skopeo', brew: 'skopeo', tests: 'releases from a real registry' },
  {
    name: 'ignition-validate',
    programs: ['ignition-validate'],
    debian: 'ignition',
    tests: 'documents for Ignition and Butane',
  },
  // Where systemd runs it would look after the machine at the next boot: it is only taken if somebody installed it.
  ...(process.env.CI === 'true' || !existsSync('/run/systemd/system')
    ? [{ name: 'cloud-init', programs: ['cloud-init'], debian: 'cloud-init', tests: 'user data for cloud-init' }]
    : []),
  {
    name: 'chromium',
    programs: ['chromium', 'chromium-browser', 'google-chrome'],
    debian: 'chromium',
    brew: 'chromium',
    tests: 'the dashboard in a browser',
  },
]

/** What `npm run test:vm` needs: the machine itself is made of Debian's packages. */
const forMachine = 'the machine'
export const machineTools = [
  {
    name: 'qemu-system-x86_64',
    programs: ['qemu-system-x86_64'],
    debian: 'qemu-system-x86',
    tests: forMachine,
  },
  { name: 'mmdebstrap', programs: ['mmdebstrap'], debian: 'mmdebstrap', tests: forMachine },
  {
    name: 'docker-registry',
    programs: ['docker-registry', 'registry'],
    debian: 'docker-registry',
    tests: forMachine,
  },
]

// Debian puts daemons into sbin, which is not on everyone's PATH.
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin']

export function missingServers(wanted = servers) {
  const present = (program) => folders.some((folder) => folder !== '' && existsSync(join(folder, program)))
  return wanted.filter(({ programs }) => !programs.some(present))
}

/** RUNLEVEL=1 keeps the packages from starting their daemons: each test starts its own on a free port. */
async function aptInstall(names) {
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const update = await runCommand('apt-get', ['update'], { env })
  if (!update.ok) console.log(update.output)
  const install = await runCommand('apt-get', ['install', '-y', '--no-install-recommends', ...names], { env })
  if (!install.ok) console.log(install.output)
}

/** Installs what is missing where it may, says what stays missing, and returns that. */
export async function ensureServers(wanted = servers) {
  const missing = missingServers(wanted)
  const names = missing.map((server) => server.debian)
  if (missing.length > 0 && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    console.log(`installing ${names.join(', ')} with apt-get`)
    await aptInstall(names)
  }
  const still = missingServers(wanted)
  for (const server of still) console.log(`missing: ${server.name}. Tests of ${server.tests} will be skipped.`)
  if (still.length > 0) {
    console.log(`To install them on Debian or Ubuntu: sudo apt-get install ${still.map((s) => s.debian).join(' ')}`)
    const brew = still.flatMap((s) => s.brew ?? [])
    if (brew.length > 0) console.log(`With Homebrew: brew install ${brew.join(' ')}`)
  }
  return still
}
