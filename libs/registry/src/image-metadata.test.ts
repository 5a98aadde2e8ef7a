import { expect, it } from 'vitest'
import { readImageMetadata, type MetadataSources } from './image-metadata.ts'

const none: MetadataSources = { index: {}, manifests: [], labels: [], created: [] }
const name = (key: string) => `org.opencontainers.image.${key}`

it('prefers the index to the manifest, the manifest to labels, and the OCI label to the plain one', () => {
  const labels = [{ [name('version')]: 'oci-label', version: 'label' }]
  const manifests = [{ [name('version')]: 'manifest' }]
  expect(readImageMetadata({ ...none, index: { [name('version')]: 'index' }, manifests, labels }).version).toBe('index')
  expect(readImageMetadata({ ...none, manifests, labels }).version).toBe('manifest')
  expect(readImageMetadata({ ...none, labels }).version).toBe('oci-label')
  expect(readImageMetadata({ ...none, labels: [{}, { version: 'label' }] }).version).toBe('label')
})

it('reads revision, source and base', () => {
  const baseDigest = `sha256:${'a'.repeat(64)}`
  const index = {
    [name('revision')]: 'abc',
    [name('source')]: 'https://git.example/os',
    [name('base.name')]: 'quay.io/base:1',
    [name('base.digest')]: baseDigest,
  }
  expect(readImageMetadata({ ...none, index })).toEqual({
    revision: 'abc',
    source: 'https://git.example/os',
    baseImage: 'quay.io/base:1',
    baseDigest,
  })
})

it('takes the creation date from the configuration when nothing else tells it, as UTC', () => {
  const created = ['0001-01-01T00:00:00Z', '2026-01-02T05:04:05.123456789+02:00']
  expect(readImageMetadata({ ...none, created }).createdAt).toBe('2026-01-02T03:04:05.123Z')
})

it('leaves out what is empty, too long or malformed', () => {
  const index = {
    [name('version')]: ' ',
    [name('revision')]: 'x'.repeat(513),
    [name('created')]: 'yesterday',
    [name('base.digest')]: 'sha256:abc',
  }
  expect(readImageMetadata({ ...none, index, created: ['1970-01-01T00:00:00Z', undefined] })).toEqual({})
})
