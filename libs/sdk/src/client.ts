import type { z } from 'zod'
import { api, type Endpoint } from '@bootfleet/contracts'
import { callEndpoint } from './call-endpoint.ts'
import type { CallOptions, ClientOptions } from './client-options.ts'
import { followLive, type LiveOptions, type LiveMessage } from './follow-live.ts'

type InputOf<S> = S extends z.ZodType ? z.input<S> : never
type Keys<E> = Extract<keyof E, 'params' | 'query' | 'body'>
type Needed<E> = {
  [K in Keys<E>]: Record<never, never> extends InputOf<E[K]> ? never : undefined extends InputOf<E[K]> ? never : K
}[Keys<E>]

/** What a call takes: path parameters, query and body; what may be empty may be left out. */
export type CallArguments<E> = { [K in Needed<E>]: InputOf<E[K]> } & {
  [K in Exclude<Keys<E>, Needed<E>>]?: InputOf<E[K]> | undefined
}

export type CallResult<E> = E extends { response: infer S extends z.ZodType } ? z.output<S> : void

/** One endpoint as a function. Throws ApiError. */
export type Call<E> = [Needed<E>] extends [never]
  ? (args?: CallArguments<E>, options?: CallOptions) => Promise<CallResult<E>>
  : (args: CallArguments<E>, options?: CallOptions) => Promise<CallResult<E>>

type Api = Omit<typeof api, 'live'>

/** The whole API, `client.channels.list({ query: { limit: 10 } })`; derived from the contract. */
export type Client = { readonly [R in keyof Api]: { readonly [N in keyof Api[R]]: Call<Api[R][N]> } } & {
  /** Follows changes until `signal` aborts; reconnects by itself and misses nothing in between. */
  live(options?: LiveOptions): AsyncGenerator<LiveMessage, void, undefined>
}

/** A client for one server. */
export function createClient(options: ClientOptions): Client {
  const { live: _live, ...resources } = api
  const calls = Object.entries(resources).map(([resource, endpoints]) => [
    resource,
    Object.fromEntries(Object.entries(endpoints).map(([name, endpoint]) => [name, bind(endpoint, options)])),
  ])
  return { ...Object.fromEntries(calls), live: (live: LiveOptions = {}) => followLive(options, live) } as Client
}

function bind(endpoint: Endpoint, options: ClientOptions) {
  return (args: object = {}, call: CallOptions = {}) => callEndpoint(endpoint, args, { ...options, ...call })
}
