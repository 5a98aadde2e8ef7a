import type { FastifyRequest } from 'fastify'
import type { Ctx, Identity } from '@bootfleet/operations'

/** What the guard found out about a request. */
export interface RequestState {
  readonly ctx: Ctx
  readonly identity: Identity
  /** As presented; live streams look at it again. */
  readonly credential: string
}

const states = new WeakMap<FastifyRequest, RequestState>()

export function setRequestState(request: FastifyRequest, state: RequestState): void {
  states.set(request, state)
}

/** State of an authenticated request; undefined on open routes. */
export function requestState(request: FastifyRequest): RequestState | undefined {
  return states.get(request)
}

/** State of a request that passed the guard. Throws on an open route, which is a mistake of the caller. */
export function authenticated(request: FastifyRequest): RequestState {
  const state = states.get(request)
  if (state === undefined) throw new Error('This route has no authenticated caller.')
  return state
}
