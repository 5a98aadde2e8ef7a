/** One deployment. `id` is `stateroot/checksum.serial`, or the verity digest on the composefs backend. */
export interface Deployment {
  ref?: string
  digest?: string
  version?: string
  id?: string
  /** Staged, and an ordinary reboot does not apply it. */
  locked: boolean
  /** Packages are layered on it, which hides from bootc which image it is. */
  incompatible: boolean
  pinned: boolean
  /** How the image is fetched: `registry`, `oci`, `containers-storage`, … */
  transport?: string
  /** `containerPolicy` where a signature is demanded, `insecure`, or `ostreeRemote:<name>`; absent is bootc's default. */
  signature?: string
  /** In the words of OCI; bootc tells it from 1.1.7 on. */
  architecture?: string
  /** Booting it needs no new kernel. */
  softRebootCapable?: boolean
}

/** Names of what was changed on this machine beside its image, each list bounded. */
export interface Modifications {
  /** The ostree reference that the system follows, where it follows no container image. */
  origin?: string
  /** The container image under the layers. */
  base?: { ref?: string; digest?: string; version?: string }
  packages: string[]
  localPackages: string[]
  removed: string[]
  replaced: string[]
  regeneratesInitramfs: boolean
  /** rpm-ostree changes this machine just now. */
  isBusy: boolean
}

/** What `bootc status` says, in the shape that the agent decides on. */
export interface HostStatus {
  /** `ostree` is a host that bootc did not install an image on; `none` is no bootc host at all. */
  kind: 'bootc' | 'ostree' | 'none'
  backend: 'ostree' | 'composefs' | 'unknown'
  booted: Deployment | null
  staged: Deployment | null
  rollback: Deployment | null
  others: Deployment[]
  rollbackQueued: boolean
  readOnly: boolean
  /** Access mode of an overlay over /usr, when there is one. */
  usrOverlay: string | null
  /** What rpm-ostree knows of a host of which bootc does not know the image. */
  modifications?: Modifications
}

/** A host of which nothing is known yet. */
export const unknownHost: HostStatus = {
  kind: 'none',
  backend: 'unknown',
  booted: null,
  staged: null,
  rollback: null,
  others: [],
  rollbackQueued: false,
  readOnly: false,
  usrOverlay: null,
}

const digestPattern = /sha256:[0-9a-f]{64}/

/** The digest that a reference is pinned to. */
export function digestOfRef(ref: string | undefined): string | undefined {
  return ref === undefined ? undefined : digestPattern.exec(ref.split('@')[1] ?? '')?.[0]
}

/** The reference without tag and digest. */
export function repositoryOf(ref: string): string {
  const unpinned = ref.split('@')[0] ?? ref
  const tag = unpinned.lastIndexOf(':')
  return tag > unpinned.lastIndexOf('/') ? unpinned.slice(0, tag) : unpinned
}

/** The reference of a deployment with its own digest, where it is one of a registry. */
export function pinnedRef(deployment: Deployment | null): string | undefined {
  if (deployment?.ref === undefined || deployment.digest === undefined) return undefined
  if (deployment.transport !== undefined && deployment.transport !== 'registry') return undefined
  return `${repositoryOf(deployment.ref)}@${deployment.digest}`
}

/**
 * Whether a deployment is one of the accepted images. The pinned reference counts as well as the manifest digest: bootc
 * keeps the old manifest digest when only the manifest, not the configuration, changed.
 */
export function holds(
  deployment: { ref?: string | undefined; digest?: string | undefined } | null,
  accept: readonly string[],
): boolean {
  if (deployment === null) return false
  const digests = [deployment.digest, digestOfRef(deployment.ref)]
  return digests.some((digest) => digest !== undefined && accept.includes(digest))
}
