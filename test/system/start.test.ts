import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient, readServerSentEvents } from '@bootfleet/sdk'
import { freePort, waitFor } from '@bootfleet/testkit'
import { Started, runToEnd, type StartEnvironment } from './stack/started.ts'

interface AdminFile {
  email: string
  password: string
  token: string
  url: string
}

let folder: string
let environment: StartEnvironment

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bootfleet-start-'))
  environment = { BOOTFLEET_DATA: join(folder, 'data'), ...(await freePorts()) }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function freePorts() {
  const ports = [await freePort(), await freePort(), await freePort(), await freePort()].map(String)
  const [PORT = '', API_PORT = '', DEVICE_PORT = '', MQTT_PORT = ''] = ports
  return { PORT, API_PORT, DEVICE_PORT, MQTT_PORT }
}

const path = (name: string) => join(environment.BOOTFLEET_DATA, name)
const readAdmin = async () => JSON.parse(await readFile(path('admin.json'), 'utf8')) as AdminFile
const readPids = async () => JSON.parse(await readFile(path('running.json'), 'utf8')) as Record<string, number>
const origin = () => `http://127.0.0.1:${environment.PORT}`

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has noticed by itself that it is alone.
  }
}

async function signIn({ email, password }: AdminFile): Promise<string> {
  const response = await fetch(`${origin()}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: origin() },
    body: JSON.stringify({ email, password }),
  })
  expect(response.status).toBe(201)
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

describe('npm start', () => {
  let started: Started

  beforeAll(async () => {
    started = await Started.start(environment)
  })
  afterAll(() => started.kill())

  test('the first administrator is printed once and kept in a private file', async () => {
    const admin = await readAdmin()
    expect(Object.keys(admin)).toEqual(['email', 'password', 'token', 'url'])
    expect(admin.url).toBe(origin())
    expect(started.output().split(admin.password)).toHaveLength(2)
    for (const name of ['admin.json', 'secret.key', 'postgres.json'])
      expect((await stat(path(name))).mode & 0o777).toBe(0o600)
  })

  test('dashboard and API are one origin', async () => {
    const admin = await readAdmin()
    const cookie = await signIn(admin)
    const page = await fetch(`${origin()}/devices`, { headers: { cookie } })
    expect(page.status).toBe(200)
    expect(await page.text()).toMatch(/<h1[^>]*>Devices<\/h1>/)
    const client = createClient({ baseUrl: origin(), token: admin.token })
    expect(await client.sessions.me()).toMatchObject({ kind: 'token', role: 'admin' })
  })

  test('without a session a page leads to signing in, and from there back', async () => {
    const page = await fetch(`${origin()}/rollouts?cursor=x`, { redirect: 'manual' })
    expect(page.headers.get('location') ?? (await page.text())).toContain('/login?next=%2Frollouts%3Fcursor%3Dx')
  })

  test('the live stream arrives as it is sent', async () => {
    const { token } = await readAdmin()
    const ended = new AbortController()
    const response = await fetch(`${origin()}/v1/live`, {
      headers: { authorization: `Bearer ${token}` },
      signal: ended.signal,
    })
    const events = readServerSentEvents(response.body ?? new ReadableStream())
    const first = await events.next()
    expect(JSON.parse(String(first.value?.data))).toEqual({ kind: 'ready' })
    ended.abort()
  })

  test('devices find HTTPS with a certificate of the installation', async () => {
    // The certificate is of a private authority, so that asking without it is refused, by the certificate.
    const asked = fetch(`https://127.0.0.1:${environment.DEVICE_PORT}/device/v1/desired`)
    await expect(asked.catch((error: Error) => String(error.cause))).resolves.toMatch(/certificate/i)
  })

  test('no secret is written to a log', async () => {
    const { password, token } = await readAdmin()
    const secretKey = (await readFile(path('secret.key'), 'utf8')).trim()
    const { appPassword, superuserPassword } = JSON.parse(await readFile(path('postgres.json'), 'utf8')) as Record<
      string,
      string
    >
    for (const name of await readdir(path('logs'))) {
      const log = await readFile(join(path('logs'), name), 'utf8')
      for (const secret of [password, token, secretKey, appPassword, superuserPassword])
        expect(log).not.toContain(secret)
    }
  })

  test('a second instance on the same data is refused in one line', async () => {
    const { code, stderr } = await runToEnd({ ...environment, ...(await freePorts()) })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^bootfleet already runs on \S+ \(process \d+\)\. Stop it first .*\n$/)
  })

  test('a port in use is named in one line, with the variable to set', async () => {
    const other = {
      ...environment,
      ...(await freePorts()),
      BOOTFLEET_DATA: join(folder, 'other'),
      PORT: environment.PORT,
    }
    const { code, stderr } = await runToEnd(other)
    expect(code).toBe(1)
    expect(stderr).toMatch(
      new RegExp(`^Port ${environment.PORT} \\(the dashboard\\) is in use\\. .*PORT=\\d+ npm start\\n$`),
    )
  })

  test('a forgotten password is replaced while it runs', async () => {
    const before = await readAdmin()
    const { code, stdout } = await runToEnd(environment, ['apps/supervisor/dist/admin.js', 'reset-password'])
    expect(code).toBe(0)
    const after = await readAdmin()
    expect(after).toEqual({ ...before, password: expect.not.stringMatching(before.password) })
    expect(stdout).toContain(after.password)
    await signIn(after)
  })

  test('another person is added, listed and removed while it runs', async () => {
    const admin = (...args: string[]) => runToEnd(environment, ['apps/supervisor/dist/admin.js', ...args])
    const email = 'bo@example.org'
    const added = await admin('add-person', email, '--role', 'approver')
    const password = /Password {2}(\S+)/.exec(added.stdout)?.[1] ?? ''
    await signIn({ ...(await readAdmin()), email, password })
    expect((await admin('list-people')).stdout).toMatch(/bo@example\.org +approver/)
    expect((await admin('remove-person', email)).stdout).toContain('sessions ended: 1')
    const last = await admin('remove-person', (await readAdmin()).email)
    expect([last.code, last.stderr]).toEqual([1, expect.stringContaining('is the last administrator')])
    expect((await admin('add-person', email, '--role', 'king')).code).toBe(1)
  })

  test('a part that is killed is started again, and one line says so', async () => {
    const { worker } = await readPids()
    process.kill(Number(worker), 'SIGKILL')
    await waitFor('a new worker', async () => {
      const pids = await readPids()
      return pids['worker'] !== undefined && pids['worker'] !== worker
    })
    expect(started.output()).toMatch(/worker ended with SIGKILL; starting it again in 0\.5 s\./)
  })

  test('Ctrl-C stops every process and leaves none', async () => {
    const pids = Object.values(await readPids())
    expect(pids).toHaveLength(5)
    expect(await started.stop('SIGINT')).toBe(0)
    expect(pids.filter(isAlive)).toEqual([])
    expect(started.output()).toMatch(/Stopped\.\n$/)
    expect((await readdir(environment.BOOTFLEET_DATA)).toSorted()).toEqual([
      'admin.json',
      'logs',
      'postgres',
      'postgres.json',
      'secret.key',
    ])
  })

  test('the commands of the administrator say that it does not run', async () => {
    const { code, stderr } = await runToEnd(environment, ['apps/supervisor/dist/admin.js', 'reset-password'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^bootfleet does not run on .* Run npm start in another terminal, then try again\.\n$/)
  })
})

describe('npm start again', () => {
  let started: Started
  afterAll(() => started?.kill())

  test('everything is as it was, and nothing is set up anew', async () => {
    const before = await readAdmin()
    started = await Started.start(environment)
    expect(await readAdmin()).toEqual(before)
    expect(started.output()).not.toContain(before.password)
    await signIn(before)
  })

  test('after the supervisor was killed its processes end, and the next start finds its data', async () => {
    const { postgres, ...parts } = await readPids()
    await started.kill()
    await waitFor('the parts to end', () => !Object.values(parts).some(isAlive))
    started = await Started.start(environment)
    expect(isAlive(Number(postgres))).toBe(false)
    await signIn(await readAdmin())
  })

  test('after a power cut it recovers, also when another program has the process id of the database by now', async () => {
    const pids = Object.values(await readPids())
    await started.kill()
    for (const pid of pids) killNow(pid)
    await waitFor('all of it to be gone', () => !pids.some(isAlive))
    const lock = join(path('postgres'), 'postmaster.pid')
    await writeFile(lock, (await readFile(lock, 'utf8')).replace(/^\d+/, String(process.pid)))
    started = await Started.start(environment)
    await signIn(await readAdmin())
    expect(await started.stop('SIGTERM')).toBe(0)
  })
})

describe('npm start where it cannot', () => {
  test('a too old Node is named in one line', async () => {
    const old = 'data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"18.20.1"}})'
    const { code, stderr } = await runToEnd(environment, ['--import', old, 'apps/supervisor/start.mjs'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^bootfleet needs Node 20\.19 or newer; this is 18\.20\.1\. .*\n$/)
  })

  test('a data folder that cannot be written is named in one line', async () => {
    const file = join(folder, 'a-file')
    await writeFile(file, '')
    const { code, stderr } = await runToEnd({ ...environment, BOOTFLEET_DATA: join(file, 'data') })
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^\S+ cannot be written \(a file is in its place\)\. .*set BOOTFLEET_DATA to another folder\.\n$/,
    )
  })

  test('a wrong setting is named before anything is started', async () => {
    const { code, stderr } = await runToEnd({ ...environment, BOOTFLEET_DATA: join(folder, 'none'), PORT: 'x' })
    expect(code).toBe(1)
    expect(stderr).toBe('PORT must be a port from 1 to 65535.\n')
    expect(await readdir(folder)).not.toContain('none')
  })

  test('an option that there is not is named, with the one that there is', async () => {
    const data = join(folder, 'option')
    const args = ['apps/supervisor/start.mjs', '--demo=no']
    const { code, stderr } = await runToEnd({ ...environment, BOOTFLEET_DATA: data }, args)
    expect(code).toBe(1)
    expect(stderr).toBe('--demo=no is not an option of npm start; --no-demo is.\n')
    expect(await readdir(folder)).not.toContain('option')
  })

  test('a database that does not answer is named without its password', async () => {
    const DATABASE_URL = `postgresql://somebody:secret@127.0.0.1:${await freePort()}/bootfleet`
    const data = join(folder, 'external')
    const { code, stderr } = await runToEnd({ ...environment, BOOTFLEET_DATA: data, DATABASE_URL })
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^The database at postgresql:\/\/somebody@127\.0\.0\.1:\d+\/bootfleet cannot be brought up to date/,
    )
    expect(stderr).not.toContain('secret')
    expect(await readdir(data)).not.toContain('postgres')
  })

  test('a port that something else listens on is found before the database is started', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const MQTT_PORT = typeof address === 'object' && address !== null ? String(address.port) : ''
    const data = join(folder, 'busy')
    const { code, stderr } = await runToEnd({ ...environment, ...(await freePorts()), BOOTFLEET_DATA: data, MQTT_PORT })
    server.close()
    expect(code).toBe(1)
    expect(stderr).toContain(`Port ${MQTT_PORT} (MQTT for devices) is in use.`)
    expect(await readdir(data)).not.toContain('postgres')
  })
})
