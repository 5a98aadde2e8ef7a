import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { topicOf } from '@bootfleet/contracts'
import { Aedes } from 'aedes'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { connectSession } from './connect-session.ts'
import type { Session, SessionOptions } from './session-options.ts'

const cleanups: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => new Promise((resolve) => server.close(resolve)))
  return (server.address() as AddressInfo).port
}

async function startAedes(): Promise<{ port: number; broker: Aedes }> {
  const broker = await Aedes.createBroker()
  const port = await listen(createServer((socket) => broker.handle(socket)))
  cleanups.push(() => new Promise<void>((resolve) => broker.close(() => resolve())))
  return { port, broker }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

async function startMosquitto(): Promise<{ port: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'bf-mqtt-'))
  const port = await freePort()
  const config = join(directory, 'mosquitto.conf')
  await writeFile(config, `listener ${port} 127.0.0.1\nallow_anonymous true\nretain_available false\n`)
  const child: ChildProcess = spawn('mosquitto', ['-c', config], { stdio: 'ignore' })
  cleanups.push(async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    await rm(directory, { recursive: true })
  })
  await vi.waitFor(async () => expect(await accepts(port)).toBe(true), 10_000)
  return { port }
}

interface Seen {
  session: Session
  down: [string, string][]
  closed: string[]
}

async function open(port: number, clientId: string, more: Partial<SessionOptions> = {}): Promise<Seen> {
  const down: [string, string][] = []
  const closed: string[] = []
  const session = await connectSession({
    host: '127.0.0.1',
    port,
    clientId,
    keepaliveSec: 60,
    timeoutMs: 10_000,
    onDown: (kind, payload) => down.push([kind, payload.toString()]),
    onClose: (reason) => closed.push(reason),
    ...more,
  })
  cleanups.push(() => session.destroy('test over'))
  return { session, down, closed }
}

describe.each([
  ['mosquitto', startMosquitto],
  ['aedes', startAedes],
])('a session on %s', (_name, start) => {
  it('publishes under its own topics and resolves at the acknowledgement', async () => {
    const { port } = await start()
    const { session } = await open(port, 'd-1')
    await session.publish('up/hello', '{"a":1}')
    await session.publish('tm/hb', '{}')
    await Promise.all(Array.from({ length: 100 }, (_, n) => session.publish('up/state', `{"n":${n}}`)))
  })

  it('receives what is sent to its dn topics and acknowledges it', async () => {
    const { port } = await start()
    const { down } = await open(port, 'd-1')
    const { session: server } = await open(port, 'server')
    await publishRaw(port, topicOf('d-1', 'dn/desired'), 'first')
    await publishRaw(port, topicOf('d-1', 'dn/ctl'), 'second')
    await vi.waitFor(() => expect(down.map(([kind]) => kind).toSorted()).toEqual(['dn/ctl', 'dn/desired']))
    await server.end()
  })

  it('leaves its will only when the connection breaks', async () => {
    const { port } = await start()
    const heard = await listenTo(port, topicOf('d-1', 'up/presence'))
    const will = { kind: 'up/presence', payload: 'gone' } as const
    const polite = await open(port, 'd-1', { will })
    await polite.session.end()
    await vi.waitFor(() => expect(polite.closed).toHaveLength(1))
    expect(heard).toEqual([])
    const broken = await open(port, 'd-1', { will })
    broken.session.destroy('pulled the plug')
    await vi.waitFor(() => expect(heard).toEqual(['gone']))
  })

  it('tells that it is closed, and refuses to publish then', async () => {
    const { port } = await start()
    const { session, closed } = await open(port, 'd-1')
    session.destroy('enough')
    await vi.waitFor(() => expect(closed).toEqual(['enough']))
    await expect(session.publish('up/state', '{}')).rejects.toMatchObject({ code: 'closed' })
    await expect(session.publish('tm/hb', '{}')).rejects.toMatchObject({ code: 'closed' })
  })
})

describe('connecting', () => {
  it('fails when nobody listens', async () => {
    await expect(open(await freePort(), 'd-1')).rejects.toMatchObject({ code: 'connect_failed' })
  })

  it('fails when the broker refuses the client', async () => {
    const { port, broker } = await startAedes()
    broker.authenticate = (...[, , , done]) => done(null, false)
    await expect(open(port, 'd-1')).rejects.toMatchObject({ code: 'connect_refused' })
  })

  it('fails when a subscription is refused', async () => {
    const { port, broker } = await startAedes()
    broker.authorizeSubscribe = (_client, subscription, done) =>
      done(null, subscription.topic.endsWith('ctl') ? null : subscription)
    await expect(open(port, 'd-1')).rejects.toMatchObject({ code: 'subscribe_refused' })
  })

  it('gives up on a peer that accepts and stays silent', async () => {
    const port = await listen(createServer((socket) => cleanups.push(() => void socket.destroy())))
    await expect(open(port, 'd-1', { timeoutMs: 200 })).rejects.toMatchObject({ code: 'timeout' })
  })

  it('hangs up on a peer that announces a packet beyond the limit', async () => {
    const flood = Buffer.concat([Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]), Buffer.alloc(200 * 1024)])
    const port = await listen(createServer((socket) => void socket.on('error', () => {}).write(flood)))
    await expect(open(port, 'd-1')).rejects.toMatchObject({ code: 'connect_failed' })
  })

  it('notices a broker that acknowledges nothing', async () => {
    const { port, broker } = await startAedes()
    broker.authorizePublish = () => {}
    const { session, closed } = await open(port, 'd-1', { timeoutMs: 300 })
    await expect(session.publish('up/state', '{}')).rejects.toMatchObject({ code: 'closed' })
    expect(closed).toHaveLength(1)
  })
})

async function rawClient(port: number): Promise<import('mqtt').MqttClient> {
  const { connectAsync } = await import('mqtt')
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 })
  cleanups.push(() => client.endAsync(true))
  return client
}

async function publishRaw(port: number, topic: string, payload: string): Promise<void> {
  await (await rawClient(port)).publishAsync(topic, payload, { qos: 1 })
}

async function listenTo(port: number, topic: string): Promise<string[]> {
  const heard: string[] = []
  const client = await rawClient(port)
  client.on('message', (_topic, payload) => heard.push(payload.toString()))
  await client.subscribeAsync(topic, { qos: 1 })
  return heard
}
