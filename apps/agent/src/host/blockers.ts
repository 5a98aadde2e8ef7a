import { isSupported, versionProblem } from '../bootc/capabilities.ts'
import type { Capabilities } from '../bootc/capabilities.ts'
import type { HostStatus, Modifications } from '../bootc/host-status.ts'

export type BlockerCode =
  | 'bootc_missing'
  | 'bootc_too_old'
  | 'not_booted_by_bootc'
  | 'live_system'
  | 'no_container_image'
  | 'layered_packages'
  | 'local_packages'
  | 'removed_packages'
  | 'replaced_packages'
  | 'regenerated_initramfs'
  | 'modified'

/** One thing that keeps this machine from being moved to an image, and what to do about it. */
export interface Blocker {
  code: BlockerCode
  detail: string
}

const namesShown = 8

/** Everything that keeps this machine from being updated; empty on a host that bootfleet can move. */
export function blockersOf(host: HostStatus, capabilities: Capabilities): Blocker[] {
  return [...programBlockers(capabilities), ...systemBlockers(host)]
}

function programBlockers(capabilities: Capabilities): Blocker[] {
  if (isSupported(capabilities)) return []
  const code = capabilities.version === undefined ? 'bootc_missing' : 'bootc_too_old'
  return [{ code, detail: versionProblem(capabilities) }]
}

function systemBlockers(host: HostStatus): Blocker[] {
  if (host.kind === 'none') {
    return [{ code: 'not_booted_by_bootc', detail: 'this machine is not booted from an image: install it with bootc' }]
  }
  const live = {
    code: 'live_system',
    detail: 'this is a live system that cannot be changed: install it first',
  } as const
  return [...(host.readOnly ? [live] : []), ...imageBlockers(host), ...layerBlockers(host)]
}

/** The system is ostree's, and not made from a container image. */
function imageBlockers({ kind, booted, modifications }: HostStatus): Blocker[] {
  const followsImage = kind === 'bootc' || booted?.ref !== undefined || modifications?.base !== undefined
  if (followsImage || (booted?.incompatible === true && modifications?.origin === undefined)) return []
  const origin =
    modifications?.origin === undefined ? 'an ostree reference' : `the ostree reference ${modifications.origin}`
  return [{ code: 'no_container_image', detail: `this machine follows ${origin}, not a container image` }]
}

function layerBlockers({ booted, modifications }: HostStatus): Blocker[] {
  const found = modifications === undefined ? [] : modificationBlockers(modifications)
  if (booted?.incompatible !== true || found.length > 0) return found
  return [{ code: 'modified', detail: 'packages are layered on this system: run rpm-ostree reset and reboot' }]
}

function modificationBlockers(of: Modifications): Blocker[] {
  const blocker = (code: BlockerCode, what: string, names: readonly string[]): Blocker[] =>
    names.length === 0 ? [] : [{ code, detail: `${what} (${shown(names)}): run rpm-ostree reset and reboot` }]
  const initramfs: Blocker = {
    code: 'regenerated_initramfs',
    detail: 'the initramfs is made on this machine: run rpm-ostree reset and reboot',
  }
  return [
    ...blocker('layered_packages', 'packages are layered on this system', of.packages),
    ...blocker('local_packages', 'packages from local files are layered on this system', of.localPackages),
    ...blocker('removed_packages', 'packages of the image are removed', of.removed),
    ...blocker('replaced_packages', 'packages of the image are replaced', of.replaced),
    ...(of.regeneratesInitramfs ? [initramfs] : []),
  ]
}

function shown(names: readonly string[]): string {
  const first = names.slice(0, namesShown).join(', ')
  return names.length > namesShown ? `${first} and ${names.length - namesShown} more` : first
}
