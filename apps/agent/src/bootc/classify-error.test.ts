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
    ['error: Switching: Detected container; this command requires a booted host system.', 'unsupported_host', false],
    [`${pull} server gave HTTP response to HTTPS client`, 'tls', true],
    [`${pull} dial tcp: lookup x on 10.0.0.1:53: i/o timeout`, 'network', true],
    [`${pull} received unexpected HTTP status: 503 Service Unavailable`, 'network', true],
    ['error: Staging: Pulling bound images: reading manifest latest: manifest unknown', 'not_found', false],
    ['error: something nobody has seen', 'bootc_failed', true],
  ])('%s is %s', (stderr, code, retryable) => {
    const raw = `Fetching layers\n${stderr}`
    expect(classifyBootcError(`${raw}\n`)).toEqual({ code, detail: stderr, retryable, raw })
  })

  it.each([
    ['quay.io/acme/signature-service@sha256:404', 'manifest unknown', 'not_found'],
    ['denied.example.org:5000/timeout/x509', 'unexpected EOF', 'network'],
    ['registry.example.org/not-found:429', 'unauthorized: no', 'auth'],
    [`registry.example.org/os@sha256:${'404'.repeat(21)}`, 'x509: unknown authority', 'tls'],
  ])('is not sorted by the name of an image: %s', (image, cause, code) => {
    expect(classifyBootcError(`${pull} reading manifest latest in ${image}: ${cause}`).code).toBe(code)
  })

  it('is told by its own words, without the colours of a terminal', () => {
    const stderr = 'error: first\n\u001B[31merror:\u001B[0m Pulling: \u0007no such host\n'
    expect(classifyBootcError(stderr)).toMatchObject({ code: 'network', detail: 'error: Pulling: no such host' })
  })

  it('keeps no secret of the registry, neither for the operator nor for the log', () => {
    const stderr = `${pull} Get https://bob:hunter2secret@quay.io/token?token=eyJabc: Authorization: Bearer eyJhbGciOi denied`
    const failure = classifyBootcError(`trying https://bob:hunter2secret@quay.io/\n${stderr}`)
    expect(failure).toMatchObject({ code: 'auth', detail: expect.stringContaining('https://quay.io/token?…') })
    expect(JSON.stringify(failure)).not.toMatch(/hunter2secret|eyJ/)
  })

  it('keeps the text of bootc, bounded, with its end, and stands for silence too', () => {
    const long = classifyBootcError(`error: ${'x '.repeat(9000)} no such host`)
    expect(long).toMatchObject({ code: 'network', detail: expect.stringMatching(/^error: x.* … .*no such host$/) })
    expect(long.detail.length).toBeLessThanOrEqual(1000)
    expect(long.raw?.length).toBeLessThanOrEqual(4096)
    expect(classifyBootcError('')).toEqual({
      code: 'bootc_failed',
      detail: 'bootc failed and said nothing',
      retryable: true,
    })
  })
})
