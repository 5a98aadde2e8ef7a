/** Every link of the dashboard is made here. */
export const paths = {
  login: (next?: string) => (next ? `/login?next=${encodeURIComponent(next)}` : '/login'),
  devices: (query: { cursor?: string | undefined; q?: string | undefined } = {}) => withQuery('/devices', query),
  rollouts: (query: { cursor?: string | undefined } = {}) => withQuery('/rollouts', query),
  rollout: (id: string, query: { cursor?: string | undefined } = {}) =>
    withQuery(`/rollouts/${encodeURIComponent(id)}`, query),
}

/** A path of this dashboard, for going back after signing in: anything else could lead elsewhere. */
export function localPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])/.test(path) ? path : paths.devices()
}

function withQuery(path: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return given.length > 0 ? `${path}?${new URLSearchParams(given).toString()}` : path
}
