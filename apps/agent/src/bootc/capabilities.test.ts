import { describe, expect, it } from 'vitest'
import { capabilityWords, noCapabilities, readCapabilities } from './capabilities.ts'

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

  it('is nothing where there is none', () => {
    expect(capabilityWords(noCapabilities)).toEqual([])
  })
})
