import { describe, expect, it } from 'vitest'
import { fixture, rpmOstreeFixtures } from '../bootc/fixtures.testing.ts'
import { noCapabilities } from '../bootc/capabilities.ts'
import { caps } from '../testing/a-view.ts'
import { blockersOf } from './blockers.ts'
import { parseRpmOstree } from './parse-rpm-ostree.ts'

function deployments(...entries: Record<string, unknown>[]) {
  const base = { osname: 'fedora', checksum: 'c0', serial: 1, booted: true, staged: false }
  return parseRpmOstree({ deployments: entries.map((entry) => ({ ...base, ...entry })), transaction: null })
}

const container = { 'container-image-reference': 'ostree-unverified-registry:quay.io/acme/os:stable' }
const codes = (status: ReturnType<typeof deployments>) =>
  status === undefined ? [] : blockersOf(status.host, caps).map(({ code }) => code)

const coreos = {
  kind: 'ostree',
  backend: 'ostree',
  booted: { ref: 'quay.io/fedora/fedora-coreos:stable', digest: expect.stringMatching(/^sha256:ca99/) as string },
}

describe('the status of rpm-ostree', () => {
  it.each([
    [
      'rpm-ostree-staged.json',
      { booted: { version: '31.20200505.3.0' }, staged: { locked: true, version: '31.20200517.3.0' } },
      ['bootc_missing', 'no_container_image'],
    ],
    ['rpm-ostree-status-annotation.json', coreos, ['bootc_missing']],
    ['rpm-ostree-status.json', coreos, ['bootc_missing']],
  ])('is read from %s', (name, expected, blockers) => {
    const status = parseRpmOstree(fixture(name))
    expect(status?.host).toMatchObject(expected)
    expect(status && blockersOf(status.host, noCapabilities).map(({ code }) => code)).toEqual(blockers)
  })

  it('is tested with every document that there is', () => {
    expect(rpmOstreeFixtures).toHaveLength(3)
  })

  it('names each kind of change to the image, and the image under it', () => {
    const status = deployments({
      ...container,
      'requested-packages': ['htop', 'vim'],
      'requested-local-packages': ['tool-1-1.x86_64'],
      'requested-base-removals': ['firefox'],
      'base-local-replacements': [[['kernel-7', 'kernel', 0, '7', '1', 'x86_64'], []]],
      'base-remote-replacements': { updates: [[['podman-5', 'podman'], []]] },
      'regenerate-initramfs': true,
    })
    expect(status?.host.booted).not.toHaveProperty('ref')
    expect(status?.modifications).toEqual({
      base: { ref: 'quay.io/acme/os:stable' },
      packages: ['htop', 'vim'],
      localPackages: ['tool-1-1.x86_64'],
      removed: ['firefox'],
      replaced: ['kernel-7', 'podman-5'],
      regeneratesInitramfs: true,
      isBusy: false,
    })
    expect(codes(status)).toEqual([
      'layered_packages',
      'local_packages',
      'removed_packages',
      'replaced_packages',
      'regenerated_initramfs',
    ])
  })

  it.each([
    ['ostree-unverified-registry:quay.io/acme/os:1', 'quay.io/acme/os:1'],
    ['ostree-image-signed:docker://quay.io/acme/os:1', 'quay.io/acme/os:1'],
    ['ostree-remote-registry:fedora:quay.io/acme/os:1', 'quay.io/acme/os:1'],
    ['ostree-remote-image:fedora:docker://quay.io/acme/os:1', 'quay.io/acme/os:1'],
    ['ostree-unverified-image:registry:quay.io:5000/acme/os', 'quay.io:5000/acme/os'],
  ])('names the image of %s', (reference, ref) => {
    expect(deployments({ 'container-image-reference': reference })?.host.booted?.ref).toBe(ref)
  })

  it('tells what boots next from the order', () => {
    const queued = deployments({ booted: false, checksum: 'old' }, container)
    expect(queued?.host).toMatchObject({ rollbackQueued: true, rollback: { id: 'fedora/old.1' } })
    expect(deployments(container, { booted: false })?.host.rollbackQueued).toBe(false)
    expect(deployments({ ...container, unlocked: 'hotfix' })?.host.usrOverlay).toBe('hotfix')
  })

  it('bounds the names of packages, and shows the first', () => {
    const packages = Array.from({ length: 500 }, (_, at) => `package-${at}`)
    const status = deployments({ ...container, 'requested-packages': packages })
    expect(status?.modifications.packages).toHaveLength(50)
    expect(status && blockersOf(status.host, caps)[0]?.detail).toMatch(/package-7 and 42 more\): run rpm-ostree reset/)
  })

  it('without a booted deployment is no answer', () => {
    for (const strange of [null, [], {}, { deployments: 3 }, { deployments: [null, { booted: false }] }]) {
      expect(parseRpmOstree(strange)).toBeUndefined()
    }
  })
})
