import { describe, expect, test } from 'vitest'
import type { BootResult } from './behaviour.ts'
import { SimulatedHost, newHostState } from './simulated-host.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const base = { ref: `repo@${digest('a')}`, digest: digest('a') }
const update = `repo@${digest('b')}`

function hostWhere(result: BootResult): SimulatedHost {
  return new SimulatedHost({
    state: newHostState(base),
    resultOf: (digests) => (digests.includes(digest('b')) ? result : 'ok'),
    downloadMs: () => 0,
    aliasesOf: () => [digest('f')],
    onChange: () => undefined,
  })
}

async function staged(result: BootResult): Promise<SimulatedHost> {
  const host = hostWhere(result)
  await host.driver().stage({ ref: update, onProgress: () => undefined, signal: new AbortController().signal })
  return host
}

describe('a simulated host', () => {
  test('boots what is staged only when it is unlocked, and the one before becomes the rollback', async () => {
    const host = await staged('ok')
    const first = host.state.bootKey
    host.boot()
    expect(host.state).toMatchObject({ booted: base, staged: null })
    expect(host.state.bootKey).not.toBe(first)
    const again = await staged('ok')
    await again.driver().unlock({ softReboot: false })
    again.boot()
    expect(await again.driver().status()).toMatchObject({
      booted: { ref: update, digest: digest('b') },
      rollback: base,
      staged: null,
      rollbackQueued: false,
    })
    expect(again.state.booted.digests).toEqual([digest('b'), digest('f')])
  })

  test('falls back from an image that does not boot, which stays first in the boot order', async () => {
    const host = await staged('fails-to-boot')
    await host.driver().unlock({ softReboot: false })
    expect(host.boot()).toBe('fails-to-boot')
    expect(host.state).toMatchObject({ booted: base, rollback: { digest: digest('b') }, rollbackQueued: true })
    await host.driver().rollback()
    expect(host.boot()).toBe('ok')
    expect(host.state.booted.digest).toBe(base.digest)
  })

  test('is unhealthy on an image that is, until it goes back', async () => {
    const host = await staged('unhealthy')
    await host.driver().unlock({ softReboot: false })
    host.boot()
    expect(host.isHealthy()).toBe(false)
    await host.driver().rollback()
    host.boot()
    expect(host.isHealthy()).toBe(true)
    expect(host.state.booted.digest).toBe(base.digest)
  })

  test('is lost with an image that never comes back', async () => {
    const host = await staged('never-returns')
    await host.driver().unlock({ softReboot: false })
    host.boot()
    expect(host.state.isLost).toBe(true)
  })

  test('gives up a download that is stopped', async () => {
    const stopped = AbortSignal.abort()
    const pull = hostWhere('ok')
      .driver()
      .stage({ ref: update, onProgress: () => undefined, signal: stopped })
    await expect(pull).rejects.toThrow('stopped')
  })
})
