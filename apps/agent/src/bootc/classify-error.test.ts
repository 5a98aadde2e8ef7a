import { describe, expect, it } from 'vitest'
import { classifyBootcError } from './classify-error.ts'

const pull = 'error: Switching: Pulling: Creating importer: failed to invoke method OpenImage:'

describe('an error of bootc', () => {
  it.each([
    [`${pull} reading manifest v2 in quay.io/a/b: unauthorized: access denied`, 'auth', true],
    [`${pull} authentication required`, 'auth', true],
    [`${pull} denied: requested access to the resource is denied`, 'auth', true],
    [`${pull} reading manifest sha256:aa in quay.io/a/b: manifest unknown`, 'not_found', false],
    [`${pull} pinging container registry x: dial tcp: lookup x: no such host`, 'network', true],
    [`${pull} dial tcp 127.0.0.1:5000: connect: connection refused`, 'network', true],
    [`${pull} reading blob: unexpected EOF`, 'network', true],
    [`${pull} tls: failed to verify certificate: x509: certificate signed by unknown authority`, 'tls', true],
    [`${pull} toomanyrequests: too many requests`, 'throttled', true],
    ['error: Upgrading: Insufficient free space for quay.io/a/b (available: 1 MB required: 2 GB)', 'disk_full', true],
    ['error: Staging: Writing content object: No space left on device', 'disk_full', true],
    [`${pull} Source image rejected: A signature was required, but no signature exists`, 'policy', false],
    [`${pull} no image found in image index for architecture "arm64", variant "", OS "linux"`, 'architecture', false],
    ['error: Status: System not booted via bootc', 'unsupported_host', false],
    [
      'error: Upgrading: Deployment contains local rpm-ostree modifications; cannot upgrade via bootc.',
      'unsupported_host',
      false,
    ],
    ['error: Status: Missing base image ref ostree/container/blob/sha256', 'repository_corrupt', false],
    ['error: something nobody has seen', 'bootc_failed', true],
  ])('%s is %s', (stderr, code, retryable) => {
    expect(classifyBootcError(`Fetching layers\n${stderr}\n`)).toEqual({ code, detail: stderr, retryable })
  })

  it('keeps the text of bootc, bounded, and stands for silence too', () => {
    expect(classifyBootcError(`error: ${'x'.repeat(5000)}`).detail).toHaveLength(1000)
    expect(classifyBootcError('').detail).toBe('bootc failed and said nothing')
  })
})
