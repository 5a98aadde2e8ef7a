import { FakeMachine, fakeImage } from '@bootfleet/testkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readLastShutdown } from './last-shutdown.ts'

const repository = 'registry.test/os/edge'
type Backend = 'ostree' | 'composefs'

async function stagedMachine(backend: Backend) {
  const machine = await FakeMachine.create({ backend, images: { [`${repository}:v2`]: fakeImage('update') } })
  for (const name of ['PATH', 'FAKE_MACHINE_ROOT']) vi.stubEnv(name, machine.env()[name])
  expect((await machine.run('bootc', 'switch', `${repository}:v2`)).code).toBe(0)
  return machine
}

const read = (backend: Backend, isSoft = false) => readLastShutdown({ backend, isSoft })

afterEach(() => vi.unstubAllEnvs())

describe('the shutdown before', () => {
  it.each(['ostree', 'composefs'] as const)(
    'of the %s back end tells why finalising failed, for one boot',
    async (backend) => {
      await using machine = await stagedMachine(backend)
      machine.failFinalize('mkdir(boot/loader.0): Operation not permitted')
      await machine.reboot()
      expect(await read(backend)).toEqual({ began: true, failure: 'mkdir(boot/loader.0): Operation not permitted' })
      await machine.reboot()
      expect(await read(backend)).toEqual({ began: false })
    },
  )

  it('that went well or was cut off has no failure', async () => {
    await using machine = await stagedMachine('ostree')
    await machine.powerCutInFinalize()
    expect(await read('ostree')).toEqual({ began: true })
    expect((await machine.run('bootc', 'switch', `${repository}:v2`)).code).toBe(0)
    await machine.powerCut()
    expect(await read('ostree')).toEqual({ began: false })
    expect((await machine.run('bootc', 'switch', `${repository}:v2`)).code).toBe(0)
    await machine.reboot()
    expect(await read('ostree')).toEqual({ began: true })
  })

  it('is not that of the kernel when userspace alone was restarted', async () => {
    await using machine = await stagedMachine('composefs')
    machine.failFinalize('no space')
    await machine.reboot()
    await machine.softReboot()
    expect(await read('composefs', true)).toEqual({ began: false })
  })
})
