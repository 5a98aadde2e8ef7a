/** What the bootc of this host can do. */
export interface Capabilities {
  /** Undefined when there is no bootc. */
  version: string | undefined
  /** `upgrade --download-only` and `--from-downloaded`: what is staged can be locked and unlocked. */
  downloadOnly: boolean
  /** `switch --download-only`: staging is locked from the start. */
  switchDownloadOnly: boolean
  progressFd: boolean
}

export const noCapabilities: Capabilities = {
  version: undefined,
  downloadOnly: false,
  switchDownloadOnly: false,
  progressFd: false,
}

/** From `bootc --version` and the `--help` of two verbs. */
export function readCapabilities(probe: { version: string; upgradeHelp: string; switchHelp: string }): Capabilities {
  const version = /bootc\s+(\d+\.\d+(?:\.\d+)?\S*)/.exec(probe.version)?.[1]?.slice(0, 40)
  const lockable = probe.upgradeHelp.includes('--download-only') && probe.upgradeHelp.includes('--from-downloaded')
  return {
    version,
    downloadOnly: lockable,
    switchDownloadOnly: lockable && probe.switchHelp.includes('--download-only'),
    // A hidden flag: it is in no help text.
    progressFd: version !== undefined && isAtLeast(version, [1, 1, 4]),
  }
}

/** The words of `up/hello`. */
export function capabilityWords(capabilities: Capabilities): string[] {
  return [
    ...(capabilities.version === undefined ? [] : ['rollback']),
    ...(capabilities.downloadOnly ? ['download_only'] : []),
    ...(capabilities.switchDownloadOnly ? ['switch_download_only'] : []),
    ...(capabilities.progressFd ? ['progress'] : []),
  ]
}

function isAtLeast(version: string, floor: readonly [number, number, number]): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10) || 0)
  for (const [index, minimum] of floor.entries()) {
    const part = parts[index] ?? 0
    if (part !== minimum) return part > minimum
  }
  return true
}
