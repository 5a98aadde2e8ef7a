/**
 * The one JSON document that is a fake machine. The executables in `machine/` and `FakeMachine` share it; it lies in
 * `$FAKE_MACHINE_ROOT/machine.json`, is replaced by rename and changed only under `machine.lock`.
 */
export interface MachineState {
  /** What `bootc --version` says; decides which flags and JSON keys exist. `next` is the release after 1.16.9. */
  bootcVersion: string
  /** OCI name of the architecture, such as `amd64`. */
  architecture: string
  hardwareId: string
  /** `none` is a machine without ostree, `container` the inside of a container. */
  host: 'bootc' | 'none' | 'container'
  backend: 'ostree' | 'composefs'
  /** As on composefs with UKIs and systemd-boot up to 1.16.9: `rollbackQueued` says the opposite. */
  invertedRollbackQueued: boolean
  power: 'on' | 'off' | 'booting'
  bootId: string
  softReboots: number
  boots: BootEntry[]
  /** Id of the running deployment: `${stateroot}/${checksum}.${deploySerial}`. */
  booted: string
  /** In the bootloader's order: the first one is booted next. */
  deployments: Deployment[]
  staged: Deployment | null
  /** A locked staged deployment is not finalized at shutdown (`--download-only`). */
  stagedLocked: boolean
  softRebootCapable: boolean
  softRebootPrepared: boolean
  /** Images in the ostree repository, by `${transport}:${reference}` as it was typed. */
  stored: Record<string, ImageContent>
  /** Digests of layers that are complete on disk. */
  layers: string[]
  /** Images that can be pulled without a registry, by reference with a tag. */
  table: Record<string, TableImage>
  /** Overrides what the image itself says about how it boots, by manifest digest. */
  behaviours: Record<string, BootBehaviour>
  faults: Fault[]
  /** The next finalize fails with this text. */
  finalizeFailure: string | null
  units: Record<string, Unit>
  rebootRequested: RebootRequest | null
  usrOverlay: { accessMode: 'readOnly' | 'readWrite'; persistence: 'transient' | 'persistent' } | null
  readOnly: boolean
  /** Lines of `ostree admin config-diff`, such as `M    machine-id`. */
  etcDrift: string[]
  /** Free bytes of the disk for bootc's check before a pull; null is plenty. */
  freeBytes: number | null
}

/** What happens when a machine boots an image. */
export type BootBehaviour = 'ok' | 'fail-boot' | 'unhealthy' | 'never-returns' | 'slow'

export interface ImageReference {
  image: string
  transport: string
  signature?: 'containerPolicy' | 'insecure' | { ostreeRemote: string }
}

export interface Layer {
  digest: string
  /** Bytes, compressed. */
  size: number
}

/** One image for one architecture. */
export interface ImageContent {
  /** Digest of the manifest for this architecture, never of the index. */
  digest: string
  configDigest: string
  architecture: string
  layers: Layer[]
  version: string | null
  /** RFC 3339. */
  timestamp: string | null
  boot: BootBehaviour | null
}

export interface TableImage {
  /** Digest of the index; without it the tag names the manifest itself. */
  indexDigest?: string | undefined
  /** By architecture. */
  manifests: Record<string, ImageContent>
}

export interface Deployment {
  stateroot: string
  checksum: string
  deploySerial: number
  image: ImageReference | null
  content: ImageContent | null
  cachedUpdate: { image: ImageReference; content: ImageContent } | null
  /** Packages were layered with rpm-ostree. */
  incompatible: boolean
  /** Which ones; `htop` without it. */
  layered?: string[] | undefined
  pinned: boolean
}

export interface BootEntry {
  bootId: string
  /** Epoch milliseconds. */
  at: number
  deployment: string
  digest: string | null
  /** `failed` never reached the agent: the bootloader fell back. */
  outcome: 'running' | 'failed' | 'ended'
}

export interface Unit {
  /** `null` for a transient unit. */
  enabled: 'enabled' | 'disabled' | 'masked' | 'static' | null
  active: 'active' | 'inactive' | 'failed' | 'activating'
  sub: string
  result: string
  description: string
  exitStatus: number
  /** Process group of a transient unit. */
  pid: number | null
}

export interface RebootRequest {
  kind: 'reboot' | 'soft-reboot'
  /** Epoch milliseconds. */
  at: number
  message: string | null
}

/** Where a bootc verb can be told to hang or to die. */
export type PullPoint = 'resolve' | 'layer' | 'staged' | 'status'

/** A failure to play back. It stays until it is cleared, or for `times` hits. */
export type Fault = { times?: number | undefined } & (
  | { kind: 'no-space'; at: 'preflight' | 'layer' | 'staging' }
  | { kind: 'auth' | 'denied' | 'not-found' | 'throttled' | 'network' | 'dns' | 'tls' | 'policy' }
  /** The connection breaks inside the layer after `afterLayers` whole ones; that layer is lost. */
  | { kind: 'cut'; afterLayers: number }
  | { kind: 'hang'; at: PullPoint; afterLayers?: number | undefined }
  /** bootc is killed with SIGKILL there. */
  | { kind: 'die'; at: PullPoint; afterLayers?: number | undefined }
  /** A logically bound image cannot be pulled: the verb fails after the deployment is staged. */
  | { kind: 'bound-image' }
  /** The merge of /etc fails, and nothing is staged (composefs). */
  | { kind: 'etc-conflict' }
  | { kind: 'corrupt-repo' | 'invalid-json' | 'not-root' }
  | { kind: 'status-failure'; message: string }
)
