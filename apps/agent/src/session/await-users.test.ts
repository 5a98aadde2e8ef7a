import { describe, expect, it } from 'vitest'
import type { Runtime } from '../runtime.ts'
import { memoryStore } from '../simulate/memory-store.ts'
import { awaitUsers } from './await-users.ts'
import { isBusy, parseSession } from './user-sessions.ts'

const session = { name: 'alice', type: 'wayland', class: 'user', state: 'active', isIdle: false }

describe('a session', () => {
  it.each([
    ['of a desktop', session, true, true],
    ['that is locked or idle', { ...session, isIdle: true }, false, false],
    ['of a greeter', { ...session, class: 'greeter' }, false, false],
    ['that ends', { ...session, state: 'closing' }, false, false],
    ['over ssh', { ...session, type: 'tty' }, false, true],
  ])('%s counts where it should', (_case, of, onDesktop, anywhere) => {
    expect([isBusy(of, 'graphical'), isBusy(of, 'any')]).toEqual([onDesktop, anywhere])
  })

  it('is read from the words of logind, whatever is missing', () => {
    const text = 'Name=alice\nType=wayland\nClass=user\nState=active\nIdleHint=no\n'
    expect(parseSession(text)).toEqual(session)
    expect(isBusy(parseSession(''), 'any')).toBe(false)
  })
})

describe('a reboot that people hold back', () => {
  const runtime = (sessionLimitMs: number) => {
    const told: string[] = []
    const machine = { busyUsers: async () => ['alice'], notifyUsers: async (text: string) => void told.push(text) }
    return { told, runtime: { platform: { machine, run: memoryStore(), sessionLimitMs } } as unknown as Runtime }
  }

  it('tells them once, and operators each time', async () => {
    const { told, runtime: held } = runtime(60 * 60_000)
    await expect(awaitUsers(held, 'update a')).rejects.toThrow(/^alice is working .* for 60 min/)
    await expect(awaitUsers(held, 'update a')).rejects.toThrow(/^alice/)
    expect(told).toHaveLength(1)
    await expect(awaitUsers(held, 'update b')).rejects.toThrow(/^alice/)
    expect(told).toHaveLength(2)
  })

  it('comes when the limit is over, and they are told', async () => {
    const { told, runtime: held } = runtime(0)
    await awaitUsers(held, 'update a')
    expect(told).toEqual(['This machine reboots now to finish an update.'])
  })
})
