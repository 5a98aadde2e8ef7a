import { createAuthority, issueServerCertificate } from '@bootfleet/pki'
import { resolveImage, type ResolvedImage, type ResolveImageOptions } from '@bootfleet/registry'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildImage } from '../../libs/testkit/src/build-image.ts'
import { answer, startFakeRegistry, type FakeRegistry } from './fake-registry.ts'

const image = buildImage({ version: '1.0.0' })
const http = { allowInsecure: true, allowPrivate: true }
const credentials = { username: 'robot', password: 'secret-password' }

let fake: FakeRegistry & AsyncDisposable
beforeEach(async () => {
  fake = await startFakeRegistry(image)
})
afterEach(() => fake[Symbol.asyncDispose]())

function resolve(options: ResolveImageOptions = {}): Promise<ResolvedImage> {
  return resolveImage(`${fake.host}/acme/os:1`, { ...options, http: { ...http, ...options.http } })
}

const isManifest = (url = '') => url.includes('/manifests/')
const isBlob = (url = '') => url.includes('/blobs/')

describe('statuses', () => {
  it.each([
    [401, 'unauthorized'],
    [403, 'denied'],
    [404, 'not_found'],
    [429, 'rate_limited'],
    [500, 'unavailable'],
    [503, 'unavailable'],
    [418, 'invalid_response'],
  ])('turns %i into %s', async (status, code) => {
    fake.intercept = ({ url }, response) => isManifest(url) && answer(response, status)
    await expect(resolve()).rejects.toMatchObject({ name: 'RegistryError', code, status })
  })

  it('repeats what the registry says, cleaned', async () => {
    const body = { errors: [{ code: 'DENIED', message: 'no pull for you' }] }
    fake.intercept = ({ url }, response) => isManifest(url) && answer(response, 403, { body })
    await expect(resolve()).rejects.toThrow('is denied (DENIED)')
  })
})

describe('Retry-After', () => {
  it('is waited for, and the request is tried again', async () => {
    const waited: number[] = []
    const statuses = [429, 503]
    fake.intercept = ({ url }, response) => {
      const status = isManifest(url) ? statuses.shift() : undefined
      return status !== undefined && answer(response, status, { headers: { 'retry-after': '7' } })
    }
    const wait = async (ms: number) => void waited.push(ms)
    expect((await resolve({ http: { wait } })).version).toBe('1.0.0')
    expect(waited).toEqual([7_000, 7_000])
  })

  it('is an error with its seconds when the waiting would become too long in all', async () => {
    const waited: number[] = []
    fake.intercept = ({ url }, response) =>
      isManifest(url) && answer(response, 429, { headers: { 'retry-after': '12' } })
    const wait = async (ms: number) => void waited.push(ms)
    await expect(resolve({ http: { wait } })).rejects.toMatchObject({ code: 'rate_limited', retryAfterSec: 12 })
    expect(waited).toEqual([12_000, 12_000])
  })

  it('may be a date', async () => {
    const headers = { 'retry-after': 'Sun, 01 Mar 2026 13:00:00 GMT' }
    fake.intercept = ({ url }, response) => isManifest(url) && answer(response, 503, { headers })
    const now = () => new Date('2026-03-01T12:00:00Z')
    await expect(resolve({ http: { now } })).rejects.toMatchObject({ code: 'rate_limited', retryAfterSec: 3600 })
  })

  it('does not hold a caller who gives up', async () => {
    const controller = new AbortController()
    fake.intercept = ({ url }, response) =>
      isManifest(url) && answer(response, 429, { headers: { 'retry-after': '20' } })
    const wait = async (_ms: number, signal?: AbortSignal) => {
      controller.abort()
      signal?.throwIfAborted()
    }
    const attempt = resolve({ signal: controller.signal, http: { wait } })
    await expect(attempt).rejects.toMatchObject({ code: 'aborted' })
  })
})

describe('content that must not be believed', () => {
  it.each([
    ['a manifest', isManifest],
    ['a configuration', isBlob],
  ])('refuses %s whose bytes are not those of the digest', async (_name, matches) => {
    fake.intercept = ({ url = '' }, response) =>
      matches(url) && url.includes('sha256:') && answer(response, 200, { body: '{}' })
    await expect(resolve()).rejects.toMatchObject({ code: 'digest_mismatch' })
  })

  it('refuses a tag whose claimed digest is not that of the bytes', async () => {
    const headers = { 'docker-content-digest': `sha256:${'0'.repeat(64)}` }
    fake.intercept = ({ url = '' }, response) =>
      url.endsWith('/manifests/1') && answer(response, 200, { headers, body: '{}' })
    await expect(resolve()).rejects.toMatchObject({ code: 'digest_mismatch' })
  })

  it.each([
    ['not JSON', '<html>', 'invalid_response'],
    ['an array', '[]', 'unsupported_manifest'],
    ['schema 1', { schemaVersion: 1, fsLayers: [] }, 'unsupported_manifest'],
    ['index and manifest in one', { schemaVersion: 2, manifests: [], layers: [] }, 'unsupported_manifest'],
    ['an empty index', { schemaVersion: 2, manifests: [] }, 'unsupported_manifest'],
    [
      'an artifact',
      {
        schemaVersion: 2,
        config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: image.top.digest, size: 2 },
        layers: [],
      },
      'unsupported_manifest',
    ],
    ['a bad digest', { schemaVersion: 2, manifests: [{ digest: '../../etc', platform: {} }] }, 'invalid_manifest'],
    [
      'a platform that the image contradicts',
      {
        schemaVersion: 2,
        manifests: [{ digest: image.manifests[0]?.manifestDigest, platform: { os: 'linux', architecture: 's390x' } }],
      },
      'unsupported_manifest',
    ],
  ])('refuses %s', async (_name, body, code) => {
    fake.intercept = ({ url = '' }, response) => url.endsWith('/manifests/1') && answer(response, 200, { body })
    await expect(resolve()).rejects.toMatchObject({ code })
  })

  it('refuses an index of more images than allowed', async () => {
    await expect(resolve({ http: { maxManifests: 1 } })).rejects.toMatchObject({ code: 'too_large' })
  })
})

describe('connections that fail', () => {
  it('reports a body that is cut in the middle', async () => {
    fake.intercept = ({ url }, response) => {
      if (!isBlob(url)) return false
      response.writeHead(200, { 'content-length': '1000' }).write('{"os":', () => response.destroy())
      return true
    }
    await expect(resolve()).rejects.toMatchObject({ code: 'network' })
  })

  it('stops reading a body that is too large, announced or not', async () => {
    let sent = 0
    fake.intercept = ({ url }, response) => {
      if (!isManifest(url)) return false
      const more = () => {
        sent += 65_536
        if (!response.destroyed && sent < 100 * 1024 * 1024) response.write(Buffer.alloc(65_536, 32), more)
      }
      more()
      return true
    }
    await expect(resolve({ http: { maxManifestBytes: 100_000 } })).rejects.toMatchObject({ code: 'too_large' })
    expect(sent).toBeLessThan(50 * 1024 * 1024)
  })

  it('gives up on a body that does not end in time', async () => {
    fake.intercept = ({ url }, response) => {
      if (isManifest(url)) response.writeHead(200).write('{')
      return isManifest(url)
    }
    await expect(resolve({ http: { timeoutMs: 200 } })).rejects.toMatchObject({ code: 'timeout' })
  })

  it('can be cancelled in the middle', async () => {
    const controller = new AbortController()
    fake.intercept = ({ url }) => {
      if (isManifest(url)) controller.abort()
      return isManifest(url)
    }
    await expect(resolve({ signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' })
  })

  it('does not use plain http unless it is allowed', async () => {
    await expect(resolve({ http: { allowInsecure: false } })).rejects.toMatchObject({ code: 'tls' })
    expect(fake.requests).toEqual([])
  })
})

describe('a certificate that nobody vouches for', () => {
  it('is refused, and plain http is no way around it', async () => {
    const authority = await createAuthority({ commonName: 'Unknown CA', now: new Date() })
    const names = { names: ['127.0.0.1'], now: new Date(), validDays: 1 }
    const { chainPem, privateKeyPem } = await issueServerCertificate(authority, names)
    await using registry = await startFakeRegistry(image, { cert: chainPem, key: privateKeyPem })
    await expect(resolveImage(`${registry.host}/acme/os:1`, { http, credentials })).rejects.toMatchObject({
      code: 'tls',
    })
    expect(registry.requests).toEqual([])
  })
})
