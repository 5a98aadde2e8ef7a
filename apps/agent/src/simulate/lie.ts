import type { Desired, Envelope, StateBody, UpKind } from '@bootfleet/contracts'
import type { Transport } from '../link/transport.ts'

/** `eager` claims an image as soon as it is wanted, `patient` when it should reboot into it. Neither ever reboots. */
export type LieKind = 'eager' | 'patient'

/** The state that a lying device reports in the place of the true one: the same boot, and the wanted image on it. */
export function falseState(state: StateBody, desired: Desired, kind: LieKind): StateBody {
  const { image, apply } = desired
  if (image === null || apply.phase === 'none') return state
  if (kind === 'patient' && state.phase !== 'rebooting') return state
  const digest = image.ref.split('@')[1] ?? ''
  return {
    ...state,
    phase: 'healthy',
    booted: { ref: image.ref, digest },
    staged: null,
    health: { ...state.health, status: 'healthy', failed: [] },
    attempt: {
      id: state.attempt?.id ?? 'never-made',
      gen: desired.gen,
      target: digest,
      outcome: 'booted_target',
      ...(state.booted.digest !== undefined && { from: state.booted.digest }),
    },
    grant: null,
  }
}

/** A connection over which only lies travel. */
export function lyingTransport(honest: Transport, lie: (state: StateBody) => StateBody): Transport {
  return {
    ...honest,
    send: async (kind: UpKind, envelope: Envelope) => {
      // It does not go away for a reboot that it does not make.
      if (kind === 'up/presence') return
      const body = kind === 'up/state' ? lie(envelope.body as StateBody) : envelope.body
      await honest.send(kind, { ...envelope, body })
    },
  }
}
