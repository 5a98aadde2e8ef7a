import type { ChangedFile, DriftDocument } from '@bootfleet/contracts'
import { maxDriftEntries } from '@bootfleet/contracts'
import type { HostStatus } from '../bootc/host-status.ts'
import { runCommand } from '../machine/run-command.ts'

const limits = { timeoutMs: 60_000 }

/**
 * What is different on every machine, and says nothing about it: identities, what the installer and the system itself
 * write, backups of password files.
 */
const ordinary = [
  /^(machine-id|machine-info|hostname|adjtime|fstab|crypttab|localtime|locale\.conf|vconsole\.conf|mtab)$/,
  /^(resolv\.conf|\.updated|\.pwd\.lock|\.rpm-ostree-shadow-mode-fixed2\.stamp|ld\.so\.cache)$/,
  /^ssh\/ssh_host_[^/]+$/,
  /^(passwd|shadow|group|gshadow|subuid|subgid)-$/,
  /^(udev\/hwdb\.bin|lvm\/devices(\/.*)?|X11\/xorg\.conf\.d\/00-keyboard\.conf|pki\/ca-trust\/extracted(\/.*)?)$/,
]

const changes: Record<string, ChangedFile['change']> = { A: 'added', M: 'modified', D: 'removed', R: 'removed' }
const words: Record<string, ChangedFile['change']> = { added: 'added', modified: 'modified', removed: 'removed' }

/** Files in /etc that are not as the image has them; `null` when it cannot be told. */
export async function readEtcChanges(host: HostStatus, bootc: string): Promise<DriftDocument['etc']> {
  const { code, stdout } =
    host.backend === 'composefs'
      ? await runCommand(bootc, ['config-diff'], limits)
      : await runCommand('ostree', ['admin', 'config-diff'], limits)
  return code === 0 ? parseEtcChanges(stdout) : null
}

/** The lines of `ostree admin config-diff` (`M    path`), or of bootc's own, which quotes paths and may use words. */
export function parseEtcChanges(output: string): DriftDocument['etc'] {
  const files = output.split('\n').flatMap((line) => readLine(line) ?? [])
  const telling = files.filter(({ path }) => !ordinary.some((pattern) => pattern.test(path)))
  return { count: telling.length, files: telling.slice(0, maxDriftEntries) }
}

function readLine(line: string): ChangedFile | undefined {
  // oxlint-disable-next-line no-control-regex -- the colours of a terminal, which bootc may use
  const match = /^([+~-]|[A-Za-z]+):?\s+"?\/?(.+?)"?$/.exec(line.replaceAll(/\u001B\[[\d;]*m/g, '').trim())
  const [, mark = '', path = ''] = match ?? []
  const change = changes[mark] ?? words[mark.toLowerCase()] ?? signs[mark]
  return change === undefined ? undefined : { path: path.replace(/^etc\//, '').slice(0, 300), change }
}

const signs: Record<string, ChangedFile['change']> = { '+': 'added', '~': 'modified', '-': 'removed' }
