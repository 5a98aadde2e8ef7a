import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pushImage } from '../push-image.ts'
import { type RegistryServer, registryAccount, startRegistryServer } from '../registry-server.ts'
import { requireServer } from '../require-server.ts'
import { FakeMachine } from './fake-machine.ts'
import { bootc, bootcWithProgress, digestIn, hostStatus } from './test-support.ts'

const { missing } = requireServer(['docker-registry'])
let registry: RegistryServer
const push = (tag: string, options: object = {}) =>
  pushImage({ host: registry.host, repository: 'os/edge', tag }, { version: tag, ...options })
const manifestDigest = (image: Awaited<ReturnType<typeof push>>, architecture: string): string =>
  image.manifests.find((manifest) => manifest.architecture === architecture)?.manifestDigest ?? ''

describe.skipIf(missing)('a fake machine at a real registry', () => {
  beforeAll(async () => {
    registry = await startRegistryServer()
  })
  afterAll(() => registry.stop())

  test('takes its architecture from the index of a tag, and pulls the layers', async () => {
    await using machine = await FakeMachine.create({ architecture: 'arm64' })
    const image = await push('v1')
    const { code, events } = await bootcWithProgress(machine, 'switch', image.reference)
    expect(code).toBe(0)
    const { staged } = await hostStatus(machine)
    expect(digestIn(staged)).toBe(manifestDigest(image, 'arm64'))
    expect(staged?.image).toMatchObject({ architecture: 'arm64', version: 'v1', timestamp: '2026-01-02T03:04:05Z' })
    expect(events.find(({ task }) => task === 'pulling')).toMatchObject({
      stepsTotal: image.manifests[1]?.layers.length,
    })
  })

  test('boots a digest as its label says', async () => {
    await using machine = await FakeMachine.create()
    const image = await push('bad', { labels: { 'dev.bootfleet.fake.boot': 'fail-boot' } })
    const digest = manifestDigest(image, 'amd64')
    await bootc(machine, 'switch', `${registry.host}/os/edge@${digest}`)
    await machine.reboot()
    expect(await hostStatus(machine)).toMatchObject({
      rollback: { image: { imageDigest: digest } },
      rollbackQueued: true,
    })
  })

  test('a digest pulled once needs the registry no more', async () => {
    await using machine = await FakeMachine.create()
    const digest = manifestDigest(await push('v2'), 'amd64')
    await bootc(machine, 'switch', `${registry.host}/os/edge@${digest}`)
    machine.inject({ kind: 'network' })
    expect(await bootc(machine, 'upgrade', '--download-only')).toContain('will not be applied')
  })

  test('says what a missing manifest, a missing architecture and a closed port say', async () => {
    await using machine = await FakeMachine.create({ architecture: 's390x' })
    const { reference } = await push('v3')
    const missing = await machine.run('bootc', 'switch', `${registry.host}/os/edge:none`)
    expect(missing.stderr).toMatch(/OpenImage: reading manifest none in .*: manifest unknown\n$/)
    const architecture = await machine.run('bootc', 'switch', reference)
    expect(architecture.stderr).toContain('no image found in image index for architecture "s390x"')
    const closed = await machine.run('bootc', 'switch', '127.0.0.1:9/os/edge:v3')
    expect(closed.stderr).toContain('connect: connection refused')
    const outside = await machine.run('bootc', 'switch', 'registry.invalid/os/edge:v3')
    expect(outside.stderr).toContain('no such host')
  })

  test('is refused without credentials and let in with those of run/ostree/auth.json', async () => {
    await using machine = await FakeMachine.create()
    const closed = await startRegistryServer({ auth: 'basic' })
    try {
      const target = { host: closed.host, repository: 'os/edge', tag: 'v1', credentials: registryAccount }
      const { reference } = await pushImage(target, { version: 'v1' })
      const refused = await machine.run('bootc', 'switch', reference)
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('unauthorized: authentication required') as string,
      })
      const auth = Buffer.from(`${registryAccount.username}:${registryAccount.password}`).toString('base64')
      mkdirSync(join(machine.root, 'run/ostree'), { recursive: true })
      writeFileSync(join(machine.root, 'run/ostree/auth.json'), JSON.stringify({ auths: { [closed.host]: { auth } } }))
      expect(await bootc(machine, 'switch', reference)).toContain('Queued for next boot')
    } finally {
      await closed.stop()
    }
  })
})
