import { describe, expect, it } from 'vitest'
import { capabilityWords, isSupported, noCapabilities, readCapabilities } from './capabilities.ts'

const words = (version: string, upgradeHelp = '', switchHelp = '') =>
  capabilityWords(readCapabilities({ version: `bootc ${version}\n`, upgradeHelp, switchHelp }))

describe('what a bootc can do', () => {
  it('is read from its help, never from its version, where the help tells', () => {
    const lockable = '--download-only  --from-downloaded'
    expect(words('1.16.9', lockable)).toEqual(['rollback', 'download_only', 'progress'])
    expect(words('1.17.0', lockable, '--download-only')).toContain('switch_download_only')
    expect(words('1.7.0')).toEqual(['rollback', 'progress'])
    expect(words('1.1.3')).toEqual(['rollback'])
  })

  it('is a soft reboot where both verbs that stage know it', () => {
    expect(words('1.7.0', '--soft-reboot', '--soft-reboot')).toContain('soft_reboot')
    expect(words('1.7.0', '--soft-reboot', '')).not.toContain('soft_reboot')
  })

  it('is a tag beside a digest from 1.2.0 on', () => {
    const of = (version: string) => readCapabilities({ version, upgradeHelp: '', switchHelp: '' }).tagBesideDigest
    expect([of('bootc 1.1.9'), of('bootc 1.2.0'), of('bootc 1.16.9-3.fc43')]).toEqual([false, true, true])
  })

  it('is enough from 1.1.4 on', () => {
    const of = (version: string) => isSupported(readCapabilities({ version, upgradeHelp: '', switchHelp: '' }))
    expect([of('bootc 1.1.3'), of('bootc 1.1.4'), of('bootc 1.10.0'), of('nothing')]).toEqual([
      false,
      true,
      true,
      false,
    ])
  })

  it('is nothing where there is none', () => {
    expect(capabilityWords(noCapabilities)).toEqual([])
  })
})
