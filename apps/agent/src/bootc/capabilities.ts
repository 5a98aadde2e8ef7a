/** What the bootc of this host can do. */
export interface Capabilities {
  /** Undefined when there is no bootc. */
  version: string | undefined
  /** `upgrade --download-only` and `--from-downloaded`: what is staged can be locked and unlocked. */
  downloadOnly: boolean
  /** `switch --download-only`: staging is locked from the start. */
  switchDownloadOnly: boolean
  progressFd: boolean
  /** `--soft-reboot`: userspace alone is restarted where the new image has the same kernel. */
  softReboot: boolean
  /** A reference may carry a tag beside its digest. */
  tagBesideDigest: boolean
}

export const noCapabilities: Capabilities = {
  version: undefined,
  downloadOnly: false,
  switchDownloadOnly: false,
  progressFd: false,
  softReboot: false,
  tagBesideDigest: false,
}

/** The oldest bootc that this agent drives. */
const floor = '1.1.4'

/** From `bootc --version` and the `--help` of two verbs. */
export function readCapabilities(probe: { version: string; upgradeHelp: string; switchHelp: string }): Capabilities {
  const version = /bootc\s+(\d+\.\d+(?:\.\d+)?\S*)/.exec(probe.version)?.[1]?.slice(0, 40)
  const lockable = probe.upgradeHelp.includes('--download-only') && probe.upgradeHelp.includes('--from-downloaded')
  return {
    version,
    downloadOnly: lockable,
    switchDownloadOnly: lockable && probe.switchHelp.includes('--download-only'),
    // A hidden flag: it is in no help text.
    progressFd: version !== undefined && isAtLeast(version, '1.1.4'),
    softReboot: probe.upgradeHelp.includes('--soft-reboot') && probe.switchHelp.includes('--soft-reboot'),
    tagBesideDigest: version !== undefined && isAtLeast(version, '1.2.0'),
  }
}

/** The words of `up/hello`. */
export function capabilityWords(capabilities: Capabilities): string[] {
  return [
    ...(capabilities.version === undefined ? [] : ['rollback']),
    ...(capabilities.downloadOnly ? ['download_only'] : []),
    ...(capabilities.switchDownloadOnly ? ['switch_download_only'] : []),
    ...(capabilities.softReboot ? ['soft_reboot'] : []),
    ...(capabilities.progressFd ? ['progress'] : []),
  ]
}

/** Whether there is a bootc, and one that is not too old. */
export function isSupported({ version }: Capabilities): boolean {
  return version !== undefined && isAtLeast(version, floor)
}

/** Says what to do about a bootc that is missing or too old. */
export function versionProblem({ version }: Capabilities): string {
  if (version === undefined) return 'there is no working bootc on this machine: it has to come with its image'
  return `bootc ${version} is too old: ${floor} or newer is needed`
}

function isAtLeast(version: string, minimum: string): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10) || 0)
  for (const [index, wanted] of minimum.split('.').map(Number).entries()) {
    const part = parts[index] ?? 0
    if (part !== wanted) return part > wanted
  }
  return true
}
