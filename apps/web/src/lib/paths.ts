type Query = Record<string, string | undefined>

/** What narrows the list of devices. */
export interface DeviceFilters extends Query {
  q?: string | undefined
  group?: string | undefined
  channel?: string | undefined
  state?: string | undefined
  digest?: string | undefined
  health?: string | undefined
  quarantined?: string | undefined
  selector?: string | undefined
  drifted?: 'true' | 'false' | undefined
  cursor?: string | undefined
}

/** What narrows the audit log. */
export interface AuditFilters extends Query {
  action?: string | undefined
  kind?: string | undefined
  actor?: string | undefined
  subject?: string | undefined
  cursor?: string | undefined
}

interface PageOf extends Query {
  cursor?: string | undefined
}

/** Every link of the dashboard is made here. */
export const paths = {
  login: (next?: string) => withQuery('/login', { next }),
  fleet: (query: { range?: string | undefined } = {}) => withQuery('/', query),
  devices: (query: DeviceFilters = {}) => withQuery('/devices', query),
  device: (id: string, query: { cursor?: string | undefined } = {}) => withQuery(`/devices/${segment(id)}`, query),
  enroll: () => '/enroll',
  channels: (query: { cursor?: string | undefined } = {}) => withQuery('/channels', query),
  channel: (key: string, query: { cursor?: string | undefined } = {}) => withQuery(`/channels/${segment(key)}`, query),
  groups: (query: PageOf = {}) => withQuery('/groups', query),
  group: (key: string) => `/groups/${segment(key)}`,
  editGroup: (key: string) => `/groups/${segment(key)}/edit`,
  policies: (query: PageOf = {}) => withQuery('/policies', query),
  // Not below the list: a policy may be called "new".
  newPolicy: () => '/new-policy',
  policy: (key: string, query: { version?: string | undefined; cursor?: string | undefined } = {}) =>
    withQuery(`/policies/${segment(key)}`, query),
  editPolicy: (key: string) => `/policies/${segment(key)}/edit`,
  signals: (query: { show?: 'all' | undefined; cursor?: string | undefined } = {}) => withQuery('/signals', query),
  tokens: (query: PageOf = {}) => withQuery('/settings/tokens', query),
  registries: (query: PageOf = {}) => withQuery('/settings/registries', query),
  audit: (query: AuditFilters = {}) => withQuery('/settings/audit', query),
  release: (id: string) => `/releases/${segment(id)}`,
  rollouts: (query: { channel?: string | undefined; state?: string | undefined; cursor?: string | undefined } = {}) =>
    withQuery('/rollouts', query),
  newRollout: (query: RolloutPlan = {}) => withQuery('/rollouts/new', query),
  rollout: (id: string, query: TargetFilters = {}) => withQuery(`/rollouts/${segment(id)}`, query),
}

/** What a rollout is planned from, before it exists. */
export interface RolloutPlan extends Query {
  channel?: string | undefined
  release?: string | undefined
  policy?: string | undefined
  selector?: string | undefined
  exclude?: string | undefined
}

/** What narrows the targets of a rollout. */
export interface TargetFilters extends Query {
  wave?: string | undefined
  state?: string | undefined
  /** Only failures that somebody chose to go on without. */
  excused?: 'true' | undefined
  cursor?: string | undefined
}

/** A path of this dashboard, for going back after signing in: anything else could lead elsewhere. */
export function localPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])/.test(path) ? path : paths.fleet()
}

const segment = encodeURIComponent

function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return given.length > 0 ? `${path}?${new URLSearchParams(given).toString()}` : path
}
