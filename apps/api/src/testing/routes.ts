import { api, type Endpoint } from '@bootfleet/contracts'
import { exampleBodies } from './example-bodies.ts'
import type { OwnedIds } from './fill-tenant.ts'

/** One endpoint of the contract, under the name of its operation. */
export interface Route {
  readonly name: string
  readonly resource: string
  readonly endpoint: Endpoint
}

export const routes: readonly Route[] = Object.entries(api).flatMap(([resource, endpoints]) =>
  Object.entries<Endpoint>(endpoints).map(([name, endpoint]) => ({ name: `${resource}.${name}`, resource, endpoint })),
)

const idOf: Readonly<Record<string, keyof OwnedIds>> = {
  releases: 'release',
  devices: 'device',
  enrollmentTokens: 'enrollmentToken',
  enrollments: 'enrollment',
  apiTokens: 'apiToken',
  registries: 'registry',
}

/** A path of the route with somebody's ids in it. */
export function pathOf({ endpoint, resource }: Route, ids: OwnedIds): string {
  return endpoint.path.replace(/:(\w+)/g, (_, parameter: string) => {
    const key = parameter === 'id' ? idOf[resource] : parameter
    if (key === undefined || !(key in ids)) throw new Error(`no id for ${resource} ${parameter}`)
    return ids[key as keyof OwnedIds]
  })
}

/** Sends a valid request to a route; `url` is its whole address. */
export function callRoute(route: Route, url: string, token?: string): Promise<Response> {
  const body = exampleBodies[route.name]
  return fetch(url, {
    method: route.endpoint.method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}
