import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { layersToPull, resolveImage, type ResolvedImage } from '@bootfleet/registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildImage, writeOciLayout, type BuiltImage } from '../../libs/testkit/src/build-image.ts'
import { pushImage } from '../../libs/testkit/src/push-image.ts'
import { registryAccount, startRegistryServer, type RegistryServer } from '../../libs/testkit/src/registry-server.ts'
import { requireServer } from '../../libs/testkit/src/require-server.ts'

const run = promisify(execFile)
const http = { allowInsecure: true, allowPrivate: true }
const image = buildImage({
  version: '1.2.0',
  layers: ['base', 'app 1'],
  annotations: { 'org.opencontainers.image.revision': 'abc123' },
  attestation: true,
})

function expectSameManifests(resolved: ResolvedImage, built: BuiltImage): void {
  expect(resolved.indexDigest).toBe(built.indexDigest)
  expect(resolved.manifests.map(({ os, labels: _labels, ...manifest }) => ({ os, ...manifest }))).toEqual(
    built.manifests.map((manifest) => ({ os: 'linux', ...manifest })),
  )
}

describe.skipIf(requireServer(['docker-registry']).missing)('a real registry', () => {
  let registry: RegistryServer
  beforeAll(async () => {
    registry = await startRegistryServer()
  })
  afterAll(() => registry?.stop())

  it('resolves a tag to its index and every linux platform, without attestations', async () => {
    const { reference } = await pushImage({ host: registry.host, repository: 'acme/edge', tag: 'stable' }, image)
    const resolved = await resolveImage(reference, { http, architectures: ['arm64', 'amd64'] })
    expectSameManifests(resolved, image)
    expect(resolved).toMatchObject({
      repository: `${registry.host}/acme/edge`,
      tag: 'stable',
      mediaType: 'application/vnd.oci.image.index.v1+json',
      annotations: { 'org.opencontainers.image.revision': 'abc123' },
      version: '1.2.0',
      revision: 'abc123',
      createdAt: '2026-01-02T03:04:05.000Z',
    })
    expect(resolved.manifests[0]?.labels).toEqual({ version: '1.2.0' })
  })

  it('resolves the digest of the index, and of one platform alone', async () => {
    await pushImage({ host: registry.host, repository: 'acme/by-digest', tag: 'x' }, image)
    const repository = `${registry.host}/acme/by-digest`
    const byIndex = await resolveImage(`${repository}@${image.indexDigest}`, { http })
    expectSameManifests(byIndex, image)
    expect(byIndex.tag).toBeUndefined()
    const arm64 = image.manifests.find(({ architecture }) => architecture === 'arm64')
    const alone = await resolveImage(`${repository}:x@${arm64?.manifestDigest}`, { http })
    expect(alone).toMatchObject({ tag: 'x', indexDigest: null, manifests: [arm64], version: '1.2.0' })
  })

  it('resolves a single manifest, with the architecture of its configuration', async () => {
    const single = { index: false, version: '2.0.0', architectures: ['riscv64'], annotations: { note: 'bare' } }
    const pushed = await pushImage({ host: registry.host, repository: 'acme/single', tag: 'latest' }, single)
    const resolved = await resolveImage(`${registry.host}/acme/single`, { http })
    expectSameManifests(resolved, pushed)
    expect(resolved).toMatchObject({ tag: 'latest', version: '2.0.0', annotations: { note: 'bare' } })
  })

  it('follows a tag that moves, and tells how much of the new image is missing on a device', async () => {
    const target = { host: registry.host, repository: 'acme/moving', tag: 'edge' }
    const { reference } = await pushImage(target, { layers: ['base', 'app 1'] })
    const before = await resolveImage(reference, { http })
    const next = await pushImage(target, { layers: ['base', 'app 2'] })
    const after = await resolveImage(reference, { http })
    expect(after.indexDigest).toBe(next.indexDigest)
    expect(after.indexDigest).not.toBe(before.indexDigest)
    const [old, fresh] = [before.manifests[0]?.layers ?? [], after.manifests[0]?.layers ?? []]
    expect(layersToPull(fresh, old)).toBe(fresh[1]?.sizeBytes)
  })

  it('says that a tag, a digest or a repository does not exist', async () => {
    await pushImage({ host: registry.host, repository: 'acme/known', tag: 'a' }, image)
    for (const rest of ['acme/known:b', `acme/known@sha256:${'0'.repeat(64)}`, 'acme/unknown:a']) {
      await expect(resolveImage(`${registry.host}/${rest}`, { http })).rejects.toMatchObject({ code: 'not_found' })
    }
  })

  it('names the architectures that an image lacks and those that it has', async () => {
    const target = { host: registry.host, repository: 'acme/amd64-only', tag: 'a' }
    const { reference } = await pushImage(target, { architectures: ['amd64'] })
    await expect(resolveImage(reference, { http, architectures: ['amd64', 'arm64'] })).rejects.toMatchObject({
      code: 'architecture_missing',
      message: expect.stringContaining('no image for arm64, only for amd64'),
    })
  })

  it('is out of reach while private addresses are not allowed', async () => {
    const attempt = resolveImage(`${registry.host}/acme/edge`, { http: { allowInsecure: true } })
    await expect(attempt).rejects.toMatchObject({ code: 'address_refused' })
  })

  describe.skipIf(requireServer(['skopeo']).missing)('with skopeo', () => {
    it('resolves what skopeo copied from an OCI layout, and its docker schema 2 form', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'bootfleet-layout-'))
      try {
        const plain = buildImage({ version: '3.0.0' })
        await writeOciLayout(folder, plain, 'v3')
        const copy = ['--insecure-policy', 'copy', '--dest-tls-verify=false', '--all']
        await run('skopeo', [...copy, `oci:${folder}:v3`, `docker://${registry.host}/acme/copied:v3`])
        expectSameManifests(await resolveImage(`${registry.host}/acme/copied:v3`, { http }), plain)
        await run('skopeo', [...copy, '--format=v2s2', `oci:${folder}:v3`, `docker://${registry.host}/acme/docker:v3`])
        const docker = await resolveImage(`${registry.host}/acme/docker:v3`, { http })
        expect(docker.mediaType).toBe('application/vnd.docker.distribution.manifest.list.v2+json')
        expect(docker.version).toBe('3.0.0')
        expect(docker.manifests.map(({ configDigest }) => configDigest)).toEqual(
          plain.manifests.map(({ configDigest }) => configDigest),
        )
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
  })
})

describe.skipIf(requireServer(['docker-registry']).missing)('a real registry with a password', () => {
  let registry: RegistryServer
  let reference: string
  beforeAll(async () => {
    registry = await startRegistryServer({ auth: 'basic' })
    const target = { host: registry.host, repository: 'acme/private', tag: 'a', credentials: registryAccount }
    reference = (await pushImage(target, image)).reference
  })
  afterAll(() => registry?.stop())

  it('lets the right credentials in', async () => {
    expectSameManifests(await resolveImage(reference, { http, credentials: registryAccount }), image)
  })

  it('says that credentials are needed', async () => {
    await expect(resolveImage(reference, { http })).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('wants credentials'),
    })
  })

  it('says that the credentials are wrong, without showing them', async () => {
    const credentials = { username: registryAccount.username, password: 'not-the-password' }
    const error: unknown = await resolveImage(reference, { http, credentials }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'unauthorized', message: expect.stringContaining('does not accept') })
    expect(JSON.stringify(error) + String(error)).not.toContain('not-the-password')
  })
})
