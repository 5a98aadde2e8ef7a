import type { AgentErrorCode } from '@bootfleet/contracts'

/** What went wrong, with the text of bootc itself, because its messages are no API. */
export interface BootcFailure {
  code: AgentErrorCode
  detail: string
  /** The agent tries it again by itself. */
  retryable: boolean
}

const maxDetail = 1000

/** First match wins: what is specific stands before what could be part of its text. */
const patterns: readonly [RegExp, AgentErrorCode][] = [
  [/Missing base image ref/i, 'repository_corrupt'],
  [/not booted via bootc|rpm-ostree modifications|requires a booted host system|read-only.*live/i, 'unsupported_host'],
  [/Insufficient free space|No space left on device|min-free-space/i, 'disk_full'],
  [/no image found in (image index|manifest list) for architecture/i, 'architecture'],
  [/Source image rejected|insecureAcceptAnything|signature/i, 'policy'],
  [/toomanyrequests|too many requests|\b429\b/i, 'throttled'],
  [/unauthorized|authentication required|invalid username\/password|\bdenied\b/i, 'auth'],
  [/x509:|tls:/i, 'tls'],
  [/manifest unknown|name unknown|not found|\b404\b/i, 'not_found'],
  [
    /no such host|connection refused|timeout|\bEOF\b|connection reset|network is unreachable|no route to host/i,
    'network',
  ],
]

const permanent = new Set<AgentErrorCode>([
  'repository_corrupt',
  'unsupported_host',
  'architecture',
  'policy',
  'not_found',
  'quarantined',
])

/** Whether the agent goes on trying without being told anew. */
export function isRetryable(code: AgentErrorCode): boolean {
  return !permanent.has(code)
}

/** Sorts the stderr of a failed bootc by the tail of its `error:` line. */
export function classifyBootcError(stderr: string): BootcFailure {
  const lines = stderr.split('\n').map((line) => line.trim())
  const error = lines.findLast((line) => line.startsWith('error:')) ?? lines.findLast((line) => line !== '') ?? ''
  const code = patterns.find(([pattern]) => pattern.test(error))?.[1] ?? 'bootc_failed'
  return { code, detail: error.slice(0, maxDetail) || 'bootc failed and said nothing', retryable: isRetryable(code) }
}
