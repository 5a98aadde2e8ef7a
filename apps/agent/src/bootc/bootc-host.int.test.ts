import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FakeMachine, fakeImage } from '@bootfleet/testkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readConfig } from '../config.ts'
import { HostError } from '../host/host-adapter.ts'
import type { StageOptions } from '../host/host-adapter.ts'
import { openHost } from '../host/open-host.ts'
import { readBootKey } from '../machine/boot-key.ts'
import type { PullProgress } from './parse-progress.ts'

const repository = 'registry.test/os/edge'
const installed = fakeImage('installed')
const update = fakeImage('update')
const digest = update.manifests['amd64']?.digest ?? ''
const target = `${repository}@${digest}`

type Options = NonNullable<Parameters<typeof FakeMachine.create>[0]>

/** A machine whose programs this process finds as the agent would. */
async function machineWith(options: Options = {}) {
  const machine = await FakeMachine.create({
    bootedImage: { image: `${repository}:stable`, content: installed },
    images: { [`${repository}:v2`]: update },
    ...options,
  })
  for (const name of ['PATH', 'FAKE_MACHINE_ROOT']) vi.stubEnv(name, machine.env()[name])
  return machine
}

const hostOf = (machine: FakeMachine, env: Record<string, string> = {}) =>
  openHost(readConfig(machine.env({ BOOTFLEET_TRANSIENT_UNIT: 'never', BOOTFLEET_STATUS_TIMEOUT_SEC: '20', ...env })))

const staging = (change: Partial<StageOptions> = {}): StageOptions => ({
  ref: target,
  onProgress: () => undefined,
  signal: new AbortController().signal,
  ...change,
})

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof HostError ? error.failure : error),
  )

const pullsBegun = (machine: FakeMachine) =>
  machine.journal().filter(({ MESSAGE }) => MESSAGE?.startsWith('Pulling image')).length

afterEach(() => vi.unstubAllEnvs())

describe('the sequence of calls', () => {
  const toSwitch = `switch ${target} --progress-fd 3`
  const twoSteps = [toSwitch, 'upgrade --download-only', 'upgrade --from-downloaded']
  const fullySoft = [toSwitch, 'upgrade --download-only', 'upgrade --from-downloaded --soft-reboot=auto']

  it.each([
    ['1.1.4', false, 'never', [toSwitch]],
    ['1.7', true, 'never', [`switch --soft-reboot=auto ${target} --progress-fd 3`]],
    ['1.12', false, 'never', twoSteps],
    ['1.16.9', true, 'always', fullySoft],
    ['next', false, 'always', [`switch --download-only ${target} --progress-fd 3`, 'upgrade --from-downloaded']],
  ])('of bootc %s, soft %s, in a unit %s', async (version, softReboot, unit, calls) => {
    await using machine = await machineWith({ version })
    const host = await hostOf(machine, { BOOTFLEET_TRANSIENT_UNIT: unit })
    const { downloadOnly } = host.capabilities
    await host.stage(staging({ softReboot: softReboot && !downloadOnly }))
    expect((await host.status()).staged).toMatchObject({ digest, locked: downloadOnly })
    if (downloadOnly) await host.unlock({ softReboot })
    expect((await host.status()).staged?.locked).toBe(false)
    expect(machine.calls()).toEqual(calls)
  })

  it('leaves out a tag beside the digest where an old bootc would refuse it', async () => {
    await using machine = await machineWith({ version: '1.1.4' })
    const host = await hostOf(machine)
    await host.stage(staging({ ref: `${repository}:v2@${digest}` }))
    expect(machine.calls()).toEqual([toSwitch])
  })

  it('does not change because bootc on a busy machine did not tell at once what it can do', async () => {
    await using machine = await machineWith({ version: '1.16.9' })
    const bootc = join(machine.root, 'busy-bootc')
    const fails = 'if [ "$1 $2" = "upgrade --help" ] && mkdir "$0.asked"; then exit 1; fi'
    await writeFile(bootc, `#!/bin/sh\n${fails}\nexec bootc "$@"\n`, { mode: 0o755 })
    const { capabilities } = await hostOf(machine, { BOOTFLEET_BOOTC: bootc })
    expect(capabilities).toMatchObject({ version: '1.16.9', downloadOnly: true, softReboot: true })
  })
})

it('is not decided while bootc does not answer: the agent fails, and is started again', async () => {
  await using machine = await machineWith({ version: '1.16.9' })
  const bootc = join(machine.root, 'silent-bootc')
  await writeFile(bootc, '#!/bin/sh\n[ "$1" = --version ] || exec sleep 60\nexec bootc "$@"\n', { mode: 0o755 })
  await expect(hostOf(machine, { BOOTFLEET_BOOTC: bootc, BOOTFLEET_STATUS_TIMEOUT_SEC: '1' })).rejects.toThrow(
    /did not answer.*three times/,
  )
})

describe('a pull', () => {
  it('tells its progress by a FIFO, as a child and from a unit', async () => {
    await using machine = await machineWith()
    for (const unit of ['never', 'always']) {
      const host = await hostOf(machine, { BOOTFLEET_TRANSIENT_UNIT: unit })
      const seen: PullProgress[] = []
      await host.stage(staging({ onProgress: (progress) => seen.push(progress) }))
      expect(seen.map(({ step }) => step)).toEqual(expect.arrayContaining(['pulling', 'staging']))
      expect(seen).toContainEqual({ bytes: 8_000_000, bytesTotal: 8_000_000, step: 'pulling' })
      await machine.powerCut()
      machine.change((state) => Object.assign(state, { stored: {}, layers: state.layers.slice(0, 1) }))
    }
  })

  it('that is stopped ends with all of its processes, and frees the lock', async () => {
    await using machine = await machineWith()
    for (const [round, unit] of ['never', 'always'].entries()) {
      const host = await hostOf(machine, { BOOTFLEET_TRANSIENT_UNIT: unit })
      machine.inject({ kind: 'hang', at: 'layer' })
      const stopper = new AbortController()
      const pull = failure(host.stage(staging({ signal: stopper.signal })))
      await vi.waitFor(() => expect(pullsBegun(machine)).toBe(round + 1), 20_000)
      stopper.abort()
      expect(await pull).toBeDefined()
      expect(await host.status()).toMatchObject({ staged: null })
      machine.clearFaults()
    }
  })

  it('that takes too long is ended, and said to have', async () => {
    await using machine = await machineWith()
    machine.inject({ kind: 'hang', at: 'layer' })
    const host = await hostOf(machine, { BOOTFLEET_PULL_TIMEOUT_SEC: '2' })
    expect(await failure(host.stage(staging()))).toMatchObject({ code: 'bootc_timeout', retryable: true })
    expect(await host.status()).toMatchObject({ staged: null })
  })

  it.each(['ostree', 'composefs'] as const)(
    'whose bound image is missing fails, and what it staged can be taken back and staged anew (%s)',
    async (backend) => {
      await using machine = await machineWith({ backend })
      const host = await hostOf(machine)
      machine.inject({ kind: 'bound-image', times: 1 })
      expect(await failure(host.stage(staging()))).toMatchObject({ code: 'not_found', detail: /bound images/ })
      expect((await host.status()).staged?.digest).toBe(digest)
      await host.dropStaged()
      expect(await host.status()).toMatchObject({ staged: null, booted: { version: 'installed' } })
      await host.dropStaged()
      await host.stage(staging())
      expect((await host.status()).staged).toMatchObject({ digest, locked: true })
    },
  )
})

describe('the status', () => {
  it('that waits for a lock for ever is given up', async () => {
    await using machine = await machineWith()
    const host = await hostOf(machine, { BOOTFLEET_STATUS_TIMEOUT_SEC: '1' })
    machine.inject({ kind: 'hang', at: 'status' })
    expect(await failure(host.status())).toMatchObject({ code: 'bootc_timeout', retryable: true })
  })

  it.each([
    ['exit 9', 'bootc ended with exit code 9 and said nothing'],
    ['kill -9 $$', 'bootc was ended by SIGKILL and said nothing'],
    ['echo nonsense', expect.stringMatching(/^it printed no JSON \(/) as string],
  ])('of a bootc that does %s is told as what it is', async (script, detail) => {
    await using machine = await machineWith()
    const bootc = join(machine.root, 'odd-bootc')
    await writeFile(bootc, `#!/bin/sh\n[ "$1" != status ] || { ${script}; exit; }\nexec bootc "$@"\n`, { mode: 0o755 })
    const host = await hostOf(machine, { BOOTFLEET_BOOTC: bootc })
    expect(await failure(host.status())).toMatchObject({ code: 'bootc_failed', detail })
  })

  it.each([
    [{ kind: 'invalid-json' }, 'bootc_failed'],
    [{ kind: 'status-failure', message: 'no sysroot' }, 'bootc_failed'],
    [{ kind: 'corrupt-repo' }, 'repository_corrupt'],
    [{ kind: 'not-root' }, 'bootc_failed'],
  ] as const)('that fails by %o says so', async (fault, code) => {
    await using machine = await machineWith()
    const host = await hostOf(machine)
    machine.inject(fault)
    expect(await failure(host.status())).toMatchObject({ code })
  })
})

describe('a reboot of userspace alone', () => {
  it('boots the image under the same boot id, and the boot key is another one', async () => {
    await using machine = await machineWith({ softRebootCapable: true })
    const config = readConfig(machine.env())
    const host = await hostOf(machine)
    const before = await readBootKey(config.bootIdFile)
    await host.stage(staging())
    await host.unlock({ softReboot: true })
    await machine.reboot()
    expect((await host.status()).booted?.digest).toBe(digest)
    expect(await readBootKey(config.bootIdFile)).toBe(before.replace(/:0$/, ':1'))
  })
})

describe('a host that bootfleet cannot move', () => {
  it('without bootc is known by what rpm-ostree says, and nothing is done to it', async () => {
    await using machine = await machineWith({ bootedImage: null })
    const host = await hostOf(machine, { BOOTFLEET_BOOTC: '/nowhere/bootc' })
    expect(host.capabilities.version).toBeUndefined()
    const { kind, modifications } = await host.status()
    expect([kind, modifications?.origin]).toEqual(['ostree', 'fedora:fedora/x86_64/iot'])
    expect(await failure(host.stage(staging()))).toMatchObject({ code: 'unsupported_host', retryable: false })
  })

  it('with layered packages names them, and the image under them', async () => {
    await using machine = await machineWith()
    machine.layerPackages('htop', 'vim')
    const host = await hostOf(machine)
    expect(await host.status()).toMatchObject({
      kind: 'ostree',
      booted: { incompatible: true },
      modifications: { base: { ref: `${repository}:stable` }, packages: ['htop', 'vim'] },
    })
  })

  it('with neither is no host at all', async () => {
    await using machine = await machineWith()
    machine.change((state) => {
      state.host = 'none'
    })
    const host = await hostOf(machine)
    expect(await host.status()).toMatchObject({ kind: 'none', booted: null })
    expect(await failure(host.stage(staging()))).toMatchObject({ code: 'unsupported_host', retryable: false })
  })
})
