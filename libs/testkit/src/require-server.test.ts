import { afterEach, expect, it, vi } from 'vitest'
import { requireServer } from './require-server.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

it('finds what is installed', () => {
  expect(requireServer(['sh'])).toEqual({ missing: false })
})

it('says what to install when a server is absent', () => {
  vi.stubEnv('CI', '')
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  expect(requireServer(['sh', 'no-such-server'])).toEqual({ missing: true })
  expect(write).toHaveBeenCalledWith(expect.stringContaining('needs no-such-server (apt-get install no-such-server)'))
})

it('fails in CI, where nothing may be skipped', () => {
  vi.stubEnv('CI', 'true')
  expect(() => requireServer(['no-such-server'])).toThrow('needs no-such-server')
})
