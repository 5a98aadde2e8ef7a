/** What the load generator is asked for, over IPC, and what it answers. Times are `Date.now()` with fractions. */
export interface GeneratorCalls {
  connect: { input: ConnectInput; output: Timed }
  enroll: { input: EnrollInput; output: Timed }
  /** Every device sends so many reports, each after the PUBACK of the one before. */
  report: { input: { rounds: number }; output: Timed }
  /** One device sends one message; `at` is just before it was sent. */
  send: { input: SendInput; output: { at: number } }
  /** Documents that came since the last call. */
  arrivals: { input: Record<string, never>; output: Arrival[] }
  /** To how many devices any came since the last call of `arrivals`. */
  arrived: { input: Record<string, never>; output: number }
}

export type CallName = keyof GeneratorCalls

export interface Connectable {
  readonly id: string
  readonly certificate: string
  readonly gen: number
  readonly hash: string
}

export interface ConnectInput {
  readonly port: number
  readonly ca: string
  readonly key: string
  readonly devices: readonly Connectable[]
  readonly concurrency: number
}

export interface EnrollInput {
  readonly url: string
  readonly ca: string
  readonly token: string
  readonly count: number
  readonly concurrency: number
}

export interface SendInput {
  readonly device: string
  readonly state: StateInput
}

/** What a device reports, as far as it varies here. */
export interface StateInput {
  readonly phase: 'idle' | 'staged' | 'healthy'
  readonly observedGen: number
  readonly bootKey: string
  readonly booted: string
  readonly staged?: string
}

/** `each` are the milliseconds of the single steps. */
export interface Timed {
  readonly elapsedMs: number
  readonly each: readonly number[]
}

/** A desired document at its device. */
export interface Arrival {
  readonly device: string
  readonly gen: number
  readonly at: number
  readonly conn: string
  readonly payload: string
}

export interface Request {
  readonly id: number
  readonly name: CallName
  readonly input: unknown
}

export interface Reply {
  readonly id: number
  readonly output?: unknown
  readonly error?: string
}

/** The time of this machine in milliseconds, finer than `Date.now()`: one clock for all processes. */
export function clock(): number {
  return performance.timeOrigin + performance.now()
}
