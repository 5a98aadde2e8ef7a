export type ImageMetadata = {
  readonly version?: string
  readonly revision?: string
  readonly source?: string
  /** ISO 8601, UTC. */
  readonly createdAt?: string
  readonly baseImage?: string
  readonly baseDigest?: string
}

type StringMap = Readonly<Record<string, string>>

/** Where metadata may stand. Each list goes from the first platform to the last. */
export type MetadataSources = {
  readonly index: StringMap
  readonly manifests: readonly StringMap[]
  readonly labels: readonly StringMap[]
  readonly created: readonly (string | undefined)[]
}

const prefix = 'org.opencontainers.image.'
const maxLength = 512

/** Index annotations go before manifest annotations, those before labels, those before the configuration's own date. */
export function readImageMetadata(sources: MetadataSources): ImageMetadata {
  const maps = [sources.index, ...sources.manifests, ...sources.labels]
  const values = (name: string) => maps.map((map) => (Object.hasOwn(map, name) ? map[name] : undefined))
  const text = (name: string, more: readonly (string | undefined)[] = []) =>
    firstValid([...values(`${prefix}${name}`), ...more], readText)
  const found = {
    version: text(
      'version',
      sources.labels.map((labels) => labels['version']),
    ),
    revision: text('revision'),
    source: text('source'),
    createdAt: firstValid([...values(`${prefix}created`), ...sources.created], readDate),
    baseImage: text('base.name'),
    baseDigest: firstValid(values(`${prefix}base.digest`), readDigest),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

function firstValid(
  values: readonly (string | undefined)[],
  read: (value: string) => string | undefined,
): string | undefined {
  for (const value of values) {
    const result = value === undefined ? undefined : read(value)
    if (result !== undefined) return result
  }
  return undefined
}

function readText(value: string): string | undefined {
  const text = value.trim()
  return text === '' || text.length > maxLength ? undefined : text
}

// Builders without a clock write the year 1 or 1970: no date is better than that one.
function readDate(value: string): string | undefined {
  const at = /^\d{4}-\d{2}-\d{2}T/.test(value) ? Date.parse(value) : Number.NaN
  return at > 0 ? new Date(at).toISOString() : undefined
}

function readDigest(value: string): string | undefined {
  return /^sha256:[0-9a-f]{64}$/.test(value) ? value : undefined
}
