import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildImage } from './image.ts'
import { images, repository } from './images.ts'
import { serveImages, type ImageServer } from './serve-images.ts'

let server: ImageServer
let at: string
beforeAll(async () => {
  server = await serveImages(images, { repository, port: 0 })
  at = `http://${server.registry}/v2/${repository}`
})
afterAll(() => server[Symbol.asyncDispose]())

/** What a registry's client does: fetches a document by its digest, and believes it when the digest is that of the bytes. */
async function pull(kind: 'manifests' | 'blobs', { digest, size }: Descriptor): Promise<Buffer> {
  const response = await fetch(`${at}/${kind}/${digest}`)
  const bytes = Buffer.from(await response.arrayBuffer())
  expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(digest)
  expect(bytes.length).toBe(size)
  return bytes
}

interface Descriptor {
  digest: string
  size: number
}
interface Index {
  manifests: (Descriptor & { platform: { architecture: string } })[]
}
interface Manifest {
  config: Descriptor
  layers: Descriptor[]
}

test.each(images.map(({ tag }) => tag))('release %s can be pulled whole, for each architecture', async (tag) => {
  const { manifests } = (await (await fetch(`${at}/manifests/${tag}`)).json()) as Index
  expect(manifests.map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64'])
  for (const descriptor of manifests) {
    const { config, layers } = JSON.parse((await pull('manifests', descriptor)).toString()) as Manifest
    const { architecture, rootfs } = JSON.parse((await pull('blobs', config)).toString()) as {
      architecture: string
      rootfs: { diff_ids: string[] }
    }
    expect(architecture).toBe(descriptor.platform.architecture)
    for (const layer of layers) await pull('blobs', layer)
    expect(rootfs.diff_ids).toEqual(layers.map(({ digest }) => digest))
  }
})

test('the second release shares the base of each architecture with the first', () => {
  const [first, second] = images
  expect([...second!.contents.keys()].filter((digest) => first!.contents.has(digest))).toHaveLength(2)
})

describe('the protocol', () => {
  test('HEAD says type, length and digest, and has no body', async () => {
    const response = await fetch(`${at}/manifests/42.1`, { method: 'HEAD' })
    const { indexDigest, contents } = images[0]!
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/vnd.oci.image.index.v1+json',
      'content-length': String(contents.get(indexDigest)?.bytes.length),
      'docker-content-digest': indexDigest,
    })
    expect(await response.text()).toBe('')
  })

  test.each([
    { path: `${repository}/manifests/43.0`, code: 'MANIFEST_UNKNOWN' },
    { path: `${repository}/blobs/sha256:00`, code: 'BLOB_UNKNOWN' },
    { path: 'other/manifests/42.1', code: 'NAME_UNKNOWN' },
    { path: `${repository}/../../etc/passwd`, code: 'NAME_UNKNOWN' },
  ])('$path does not exist: $code', async ({ path, code }) => {
    const response = await fetch(`http://${server.registry}/v2/${path}`)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ errors: [{ code }] })
  })

  test('nothing can be pushed', async () => {
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE'])
      expect((await fetch(`${at}/manifests/42.1`, { method })).status).toBe(405)
  })
})

test('the same version is the same image wherever it is built', () => {
  const input = { version: '1.0', created: '2026-01-01T00:00:00Z', title: 'Edge OS' }
  expect(buildImage(input).indexDigest).toBe(buildImage(input).indexDigest)
  expect(buildImage({ ...input, version: '1.1' }).indexDigest).not.toBe(buildImage(input).indexDigest)
})
