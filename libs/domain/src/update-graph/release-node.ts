/** A release as one architecture sees it. The releases of a channel are a list of these in publishing order. */
export interface ReleaseNode {
  readonly id: string
  /** What people call it. */
  readonly name: string
  /** Digests by which a device may name it; the first is the manifest that is pulled. Empty: no image for the architecture. */
  readonly digests: readonly string[]
  /** Must be booted before anything newer. */
  readonly barrier: boolean
  readonly deadEnd: DeadEnd | null
  /** Id of an older release: only devices on that or a newer one may take this one. */
  readonly minimumFrom: string | null
}

/** A release that is offered to nobody. Devices on it stay there unless a person has allowed them to leave. */
export interface DeadEnd {
  readonly reason: string
  readonly mayLeave: boolean
}
