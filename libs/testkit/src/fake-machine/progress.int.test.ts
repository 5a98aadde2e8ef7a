import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fakeDigest, fakeImage } from './fake-image.ts'
import { FakeMachine } from './fake-machine.ts'
import {
  bootcWithProgress,
  digestIn,
  digestOf,
  hostStatus,
  pinned,
  repository,
  schemaErrors,
  startProgram,
  until,
  update,
} from './test-support.ts'

const images = { [`${repository}:v2`]: update }

describe('--progress-fd of a fake machine', () => {
  test('writes the events of a full update in their order, each valid by the schema of bootc', async () => {
    await using machine = await FakeMachine.create({ images })
    const { code, events } = await bootcWithProgress(machine, 'switch', pinned(update))
    expect(code).toBe(0)
    for (const event of events) expect(schemaErrors('progress-v0', event)).toEqual([])
    const order = events.map(({ type, task }) => task ?? type)
    expect(order.filter((name, index) => name !== order[index - 1])).toEqual([
      'Start',
      'pulling',
      'importing',
      'staging',
    ])
    expect(events[0]).toEqual({ type: 'Start', version: '0.1.0' })
    const pulled = events.filter(({ task }) => task === 'pulling').at(-1)
    expect(pulled).toMatchObject({
      id: digestOf(update),
      bytes: 8_000_000,
      bytesTotal: 8_000_000,
      bytesCached: 40_000_000,
      steps: 1,
      stepsTotal: 1,
      stepsCached: 1,
    })
    expect(events.at(-1)).toMatchObject({ task: 'staging', steps: 3, stepsTotal: 3 })
  })

  test('writes nothing at all when there is nothing to do', async () => {
    await using machine = await FakeMachine.create({
      images,
      bootedImage: { image: `${repository}:v2`, content: update },
    })
    expect(await bootcWithProgress(machine, 'upgrade')).toEqual({ code: 0, stderr: '', events: [] })
  })

  test('refuses a descriptor that is not a pipe, and so what Node calls one', async () => {
    await using machine = await FakeMachine.create({ images })
    const child = spawn('bootc', ['switch', pinned(update), '--progress-fd', '3'], {
      env: machine.env(),
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    })
    let stderr = ''
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
    const [code] = (await once(child, 'close')) as [number]
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('not a pipe') as string })
    expect((await hostStatus(machine)).staged).toBeNull()
    const closed = await machine.run('bootc', 'upgrade', '--progress-fd', '8')
    expect(closed).toMatchObject({ code: 1, stderr: expect.stringContaining('Bad file descriptor') as string })
    expect((await machine.run('bootc', 'upgrade', '--progress-fd', '1')).code).toBe(1)
  })

  test('a reader that goes away costs one line on stderr, not the pull', async () => {
    await using machine = await FakeMachine.create({ images })
    machine.inject({ kind: 'hang', at: 'resolve' })
    const fifo = join(machine.root, 'progress.fifo')
    execFileSync('mkfifo', [fifo])
    const reader = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK)
    const writer = openSync(fifo, 'w')
    const child = spawn('bootc', ['switch', pinned(update), '--progress-fd', '3'], {
      env: machine.env(),
      stdio: ['ignore', 'ignore', 'pipe', writer],
    })
    let stderr = ''
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
    closeSync(writer)
    closeSync(reader)
    machine.clearFaults()
    const [code] = (await once(child, 'close')) as [number]
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Failed to write to jsonl: Broken pipe (os error 32)\n' })
    expect(digestIn((await hostStatus(machine)).staged)).toBe(digestOf(update))
  })
})

describe('the lock and the store of a fake machine', () => {
  test('status waits while a pull runs, and ostree config-diff does not', async () => {
    await using machine = await FakeMachine.create({ images })
    machine.inject({ kind: 'hang', at: 'layer' })
    const pull = startProgram(machine, 'bootc', 'switch', pinned(update))
    await until('the pull', () => pull.seen.text.includes('layers needed'))
    const status = startProgram(machine, 'bootc', 'status', '--json')
    expect((await machine.run('ostree', 'admin', 'config-diff')).stdout).toContain('M    machine-id\n')
    expect((await machine.run('rpm-ostree', 'status', '--json')).code).toBe(0)
    expect([status.seen.text, status.child.exitCode]).toEqual(['', null])
    machine.clearFaults()
    expect(await pull.exit).toEqual({ code: 0, signal: null })
    await status.exit
    expect(status.seen.text).toContain(`"imageDigest":"${digestOf(update)}"`)
  })

  test('a killed pull frees the lock and keeps whole layers, the partial one is lost', async () => {
    const layers = ['a', 'b', 'c'].map((name) => ({ digest: fakeDigest(name), size: 1_000_000 }))
    const three = fakeImage('three', { layers })
    await using machine = await FakeMachine.create({ images: { [`${repository}:v3`]: three } })
    machine.inject({ kind: 'hang', at: 'layer', afterLayers: 2 })
    const pull = startProgram(machine, 'bootc', 'switch', pinned(three))
    await until('two layers', () => machine.state().layers.includes(fakeDigest('b')))
    pull.child.kill('SIGKILL')
    await pull.exit
    machine.clearFaults()
    expect((await hostStatus(machine)).staged).toBeNull()
    const { stdout } = await machine.run('bootc', 'switch', pinned(three))
    expect(stdout).toContain('layers already present: 2; layers needed: 1')
  })

  test('bootc that dies after staging leaves the staged deployment', async () => {
    await using machine = await FakeMachine.create({ images })
    machine.inject({ kind: 'die', at: 'staged', times: 1 })
    expect((await machine.run('bootc', 'switch', pinned(update))).code).toBeNull()
    expect(digestIn((await hostStatus(machine)).staged)).toBe(digestOf(update))
  })

  test('many programs at once change the state without losing anything', async () => {
    await using machine = await FakeMachine.create()
    await Promise.all(Array.from({ length: 12 }, () => machine.run('systemctl', 'soft-reboot')))
    await Promise.all(
      Array.from({ length: 6 }, (_, i) => machine.run('systemctl', 'disable', ['sshd', 'os-workload'][i % 2] ?? '')),
    )
    expect(machine.journal().filter(({ MESSAGE }) => MESSAGE?.includes('soft-reboot now'))).toHaveLength(12)
    expect(machine.state().units['sshd.service']?.enabled).toBe('disabled')
  })

  test('--apply asks for a reboot and does not come back', async () => {
    await using machine = await FakeMachine.create({ images })
    const apply = startProgram(machine, 'bootc', 'switch', '--apply', pinned(update))
    await until('the request', () => machine.state().rebootRequested !== null)
    expect(apply.child.exitCode).toBeNull()
    expect(machine.state().rebootRequested).toMatchObject({ kind: 'reboot', message: 'Initiated by bootc' })
    apply.child.kill('SIGTERM')
    expect((await apply.exit).signal).toBe('SIGTERM')
    expect(await machine.run('bootc', 'status', '--json')).toMatchObject({ code: 0 })
  })
})
