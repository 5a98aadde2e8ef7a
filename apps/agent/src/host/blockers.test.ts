import { describe, expect, it } from 'vitest'
import { noCapabilities } from '../bootc/capabilities.ts'
import { unknownHost } from '../bootc/host-status.ts'
import { caps, deployment, host } from '../testing/a-view.ts'
import { blockersOf } from './blockers.ts'

const codes = (...of: Parameters<typeof blockersOf>) => blockersOf(...of).map(({ code }) => code)

describe('a host', () => {
  it('that bootc installed has no blockers', () => {
    expect(blockersOf(host(), caps)).toEqual([])
  })

  it.each(['1.1.3', '1.0.9', '0.9'])('with bootc %s is told to get a newer one', (version) => {
    expect(blockersOf(host(), { ...caps, version })).toEqual([
      { code: 'bootc_too_old', detail: `bootc ${version} is too old: 1.1.4 or newer is needed` },
    ])
  })

  it('without bootc and without ostree is told both', () => {
    expect(codes(unknownHost, noCapabilities)).toEqual(['bootc_missing', 'not_booted_by_bootc'])
  })

  it('of which only bootc knows that it is layered is blocked all the same', () => {
    const layered = host({ kind: 'ostree', booted: { ...deployment('a', { incompatible: true }) } })
    const { ref: _ref, digest: _digest, ...booted } = layered.booted ?? deployment('a')
    expect(codes({ ...layered, booted }, caps)).toEqual(['modified'])
  })

  it('of plain ostree says what it follows', () => {
    const { ref: _ref, digest: _digest, ...booted } = deployment('a')
    const none = {
      packages: [],
      localPackages: [],
      removed: [],
      replaced: [],
      regeneratesInitramfs: false,
      isBusy: false,
    }
    const plain = host({ kind: 'ostree', booted, modifications: { origin: 'fedora:fedora/43/x86_64/iot', ...none } })
    expect(blockersOf(plain, caps)).toEqual([
      {
        code: 'no_container_image',
        detail: 'this machine follows the ostree reference fedora:fedora/43/x86_64/iot, not a container image',
      },
    ])
    expect(codes({ ...plain, modifications: { origin: 'f:f', ...none, packages: ['htop'] } }, caps)).toEqual([
      'no_container_image',
      'layered_packages',
    ])
  })
})
