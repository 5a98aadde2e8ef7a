import type { AgentErrorCode } from '@bootfleet/contracts'
import { lastSaidBy, plainText, saidBy } from '../plain-text.ts'

/** What went wrong, with the text of bootc itself, because its messages are no API. */
export interface BootcFailure {
  code: AgentErrorCode
  detail: string
  /** The agent tries it again by itself. */
  retryable: boolean
  /** The end of all that bootc wrote to stderr, for the log of the machine. */
  raw?: string
}

const maxDetail = 1000
const maxRaw = 4096

/** First match wins: what is specific stands before what could be part of its text. */
const patterns: readonly [RegExp, AgentErrorCode][] = [
  [/Missing base image ref/i, 'repository_corrupt'],
  [
    /not booted via bootc|rpm-ostree modifications|requires a booted host system|No image source specified|root is read-only|read-only.*live/i,
    'unsupported_host',
  ],
  [/Insufficient free space|No space left on device|min-free-space/i, 'disk_full'],
  [/no image found in (image index|manifest list) for architecture/i, 'architecture'],
  [/Source image rejected|insecureAcceptAnything|signature/i, 'policy'],
  [/toomanyrequests|too many requests|\b429\b/i, 'throttled'],
  [/unauthorized|authentication required|invalid username\/password|\bdenied\b|\b40[13]\b/i, 'auth'],
  [/x509:|tls:|HTTP response to HTTPS client/i, 'tls'],
  [/manifest unknown|name unknown|not found|\b404\b/i, 'not_found'],
  [
    /no such host|name resolution|connection refused|timeout|deadline exceeded|\bEOF\b|connection reset|broken pipe|unreachable|no route to host|\b50[0234]\b/i,
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

/** Sorts the stderr of a failed bootc by its `error:` line. The names of images and hosts in it prove nothing. */
export function classifyBootcError(stderr: string): BootcFailure {
  const lines = plainText(stderr)
    .split('\n')
    .map((line) => line.trim())
  const error = lines.findLast((line) => line.startsWith('error:')) ?? lines.findLast((line) => line !== '') ?? ''
  const detail = saidBy(error, maxDetail)
  // The cause is at one of the ends. Not by `detail`, which has lost what looks like a secret.
  const words = withoutNames(`${error.slice(0, maxDetail)} ${error.slice(-maxDetail)}`)
  const code = patterns.find(([pattern]) => pattern.test(words))?.[1] ?? 'bootc_failed'
  return {
    code,
    detail: detail || 'bootc failed and said nothing',
    retryable: isRetryable(code),
    ...(stderr.trim() !== '' && { raw: lastSaidBy(stderr, maxRaw) }),
  }
}

/** A repository called `signature-service` is no broken signature, nor is a digest with 404 in it a missing image. */
function withoutNames(error: string): string {
  return error
    .replaceAll(/\b(?:[a-z][\w+.-]*:\/\/)?[\w-]+[.:][\w.:-]*\/[^\s"']*/gi, ' ')
    .replaceAll(/\bsha256:[0-9a-f]+/g, ' ')
    .replaceAll(/\blookup \S+/g, ' ')
}
