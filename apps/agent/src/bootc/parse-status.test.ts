import { describe, expect, it } from 'vitest'
import { blockersOf } from '../host/blockers.ts'
import { caps } from '../testing/a-view.ts'
import { fixture, statusFixtures } from './fixtures.testing.ts'
import type { HostStatus } from './host-status.ts'
import { parseStatus } from './parse-status.ts'

const status = (name: string): HostStatus => parseStatus(fixture(name))
const digest = (start: string) => expect.stringMatching(new RegExp(`^sha256:${start}[0-9a-f]+$`)) as string
const id = (start: string) => expect.stringMatching(new RegExp(`^default/${start}[0-9a-f]+\\.0$`)) as string

const stream9 = 'quay.io/centos-bootc/centos-bootc:stream9'
const nightly = {
  ref: 'quay.io/example/someimage:latest',
  version: 'nightly',
  id: id('26836632'),
  digest: digest('736b'),
}
const nextNightly = { ref: nightly.ref, version: 'nightly', id: id('3c6dad65'), digest: digest('16dc') }
const centos = { ref: stream9, version: 'stream9.20240807.0', digest: digest('47e5'), id: id('439f6bd2') }
const insecure = { signature: 'insecure', transport: 'registry' }
const other = { ref: 'quay.io/otherexample/otherimage:latest', digest: digest('b5bb'), id: id('41af286d') }

const table: [name: string, expected: Record<string, unknown>, blockers: string[]][] = [
  [
    'spec-booted-pinned.yaml',
    { booted: { ...centos, pinned: true }, others: [{ pinned: true, id: id('99b2cc3b') }] },
    [],
  ],
  ['spec-booted-update-same-digest.yaml', { booted: centos, staged: null }, []],
  ['spec-booted-usroverlay.yaml', { booted: { ...nightly, architecture: 'arm64' }, usrOverlay: 'readWrite' }, []],
  ['spec-booted-with-update-no-version.yaml', { booted: centos, staged: null }, []],
  ['spec-booted-with-update.yaml', { booted: centos, staged: null }, []],
  ['spec-only-booted.yaml', { booted: centos, rollback: null, usrOverlay: null }, []],
  ['spec-ostree-remote.yaml', { booted: { ...other, architecture: 'arm64' } }, []],
  [
    'spec-ostree-to-bootc.yaml',
    {
      kind: 'ostree',
      booted: { incompatible: false, id: id('f9fa3a55') },
      staged: { ref: stream9, architecture: 's390x' },
    },
    ['no_container_image'],
  ],
  ['spec-rfe-ostree-deployment.yaml', { kind: 'ostree', staged: { incompatible: true } }, ['no_container_image']],
  [
    'spec-staged-booted.yaml',
    { booted: { ...nightly, ...insecure }, staged: { ...nextNightly, ...insecure, locked: false } },
    [],
  ],
  ['spec-staged-download-only.yaml', { booted: nightly, staged: { ...nextNightly, locked: true } }, []],
  [
    'spec-staged-rollback.yaml',
    { kind: 'none', booted: null, staged: nextNightly, rollback: nightly, rollbackQueued: false },
    ['not_booted_by_bootc'],
  ],
  [
    'spec-v1-null.json',
    { kind: 'none', backend: 'unknown', booted: null, staged: null, rollback: null },
    ['not_booted_by_bootc'],
  ],
  ['spec-v1a1-orig.yaml', { booted: { ...nightly, architecture: 'amd64' }, staged: nextNightly }, []],
  ['spec-v1a1.yaml', { booted: { ...other, architecture: 's390x' }, staged: null }, []],
  ['spec-via-local-oci.yaml', { booted: { ref: '/var/mnt/osupdate', transport: 'oci', digest: digest('47e5') } }, []],
]

describe('the status of bootc', () => {
  it('is tested with every document that there is', () => {
    expect(table.map(([name]) => name)).toEqual(statusFixtures)
  })

  it.each(table)('is read from %s', (name, expected, blockers) => {
    const host = status(name)
    expect(host).toMatchObject({ kind: 'bootc', backend: 'ostree', others: [], readOnly: false, ...expected })
    expect(blockersOf(host, caps).map(({ code }) => code)).toEqual(blockers)
  })

  it('of the composefs backend names deployments by their verity', () => {
    const composefs = { verity: 'ab'.repeat(64), bootType: 'Bls', bootloader: 'systemd', missingVerityAllowed: false }
    const booted = {
      image: { image: { image: 'q.io/a' }, imageDigest: `sha256:${'0'.repeat(64)}` },
      ostree: null,
      composefs,
    }
    const host = parseStatus({ kind: 'BootcHost', status: { booted, rollbackQueued: true } })
    expect(host).toMatchObject({ kind: 'bootc', backend: 'composefs', booted: { id: composefs.verity }, staged: null })
  })

  it('tells where signatures come from, what can be booted softly, and a live system', () => {
    const image = { image: { image: 'q.io/a', transport: 'registry', signature: { ostreeRemote: 'fedora' } } }
    const booted = { image, softRebootCapable: true, ostree: { stateroot: 'os', checksum: 'c', deploySerial: 2 } }
    const host = parseStatus({ kind: 'BootcHost', status: { booted, readOnly: true } })
    expect(host.booted).toMatchObject({ signature: 'ostreeRemote:fedora', softRebootCapable: true, id: 'os/c.2' })
    expect(blockersOf(host, caps)).toMatchObject([{ code: 'live_system' }])
  })

  it('of a bootc that knows more than this agent is read as far as it is known', () => {
    const image = {
      image: { image: 'q.io/a', transport: 'teleport', signature: 'quantum' },
      imageDigest: 'blake3:00',
      new: 1,
    }
    const booted = { image, ostree: { checksum: 'c' }, bootcNext: {}, downloadOnly: 'perhaps' }
    const host = parseStatus({
      apiVersion: 'org.containers.bootc/v1beta2',
      kind: 'BootcHost',
      status: { booted, type: 'other', more: [] },
    })
    expect(host.booted).toEqual({
      ref: 'q.io/a',
      transport: 'teleport',
      signature: 'quantum',
      id: 'default/c.0',
      locked: false,
      incompatible: false,
      pinned: false,
    })
  })

  it('of another major version is refused by its name, because nobody knows what it means', () => {
    for (const apiVersion of ['org.containers.bootc/v9', 'org.containers.bootc/v10', 'v1']) {
      const document = { apiVersion, kind: 'BootcHost', status: {} }
      expect(() => parseStatus(document)).toThrow(`a document of ${apiVersion}, and this agent understands v1`)
    }
  })

  it('of anything else is refused', () => {
    for (const strange of [null, 7, [], {}, { kind: 'BootcHost' }, { kind: 'Other', status: {} }]) {
      expect(() => parseStatus(strange)).toThrow(/BootcHost/)
    }
  })
})
