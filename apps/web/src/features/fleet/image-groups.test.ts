import { expect, test } from 'vitest'
import { groupImages } from './image-groups.ts'

const channel = { id: '0190a000-0000-7000-8000-000000000001', name: 'edge' }
const release = { id: '0190a000-0000-7000-8000-000000000002', version: '1.0', channel }

test('the architectures of a release are one row, and an unknown digest is a row of its own', () => {
  const groups = groupImages([
    { digest: 'sha256:a', devices: 5, release: null },
    { digest: 'sha256:b', devices: 4, release },
    { digest: 'sha256:c', devices: 3, release },
  ])
  expect(groups.map(({ key, devices, digests }) => [key, devices, digests.length])).toEqual([
    [release.id, 7, 2],
    ['sha256:a', 5, 1],
  ])
})
