import { describe, expect, it } from 'vitest'
import { unknownHost } from '../bootc/host-status.ts'
import { parsePackages } from './layered-packages.ts'
import { driftOf } from './read-drift.ts'

const none = {
  etc: { count: 0, files: [] },
  packages: { count: 0, names: [] },
  kernelArguments: { count: 0, list: [] },
}

describe('the drift of a machine', () => {
  it('is none where nothing differs, and adds up what does', () => {
    expect(driftOf(unknownHost, none).count).toBe(0)
    const drift = driftOf(
      { ...unknownHost, usrOverlay: 'readWrite' },
      {
        etc: { count: 120, files: [] },
        packages: { count: 2, names: ['htop', 'vim'] },
        kernelArguments: { count: 1, list: ['quiet'] },
      },
    )
    expect(drift.count).toBe(124)
  })

  it('counts nothing where nobody can tell about /etc', () => {
    expect(driftOf(unknownHost, { ...none, etc: null })).toMatchObject({ count: 0, etc: null })
  })
})

describe('layered packages', () => {
  it('are those of the booted deployment, asked for by anybody', () => {
    const deployments = [
      { booted: false, 'requested-packages': ['not-this'] },
      {
        booted: true,
        'requested-packages': ['htop'],
        'requested-local-packages': ['agent-1.rpm', 'htop'],
        'requested-base-removals': ['firefox'],
        'regenerate-initramfs': true,
      },
    ]
    expect(parsePackages(JSON.stringify({ deployments }))).toEqual([
      'htop',
      'agent-1.rpm',
      'firefox',
      '(initramfs made on the machine)',
    ])
  })

  it.each(['', 'null', '{"deployments":[null]}', '{"deployments":{}}'])('are none in %j', (status) => {
    expect(parsePackages(status)).toEqual([])
  })
})
