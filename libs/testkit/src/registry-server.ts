import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { waitFor } from './wait-for.ts'

/** The only account of a registry that was started with `auth: 'basic'`. */
export const registryAccount = { username: 'fleet', password: 'registry-test-password' } as const

// bcrypt of the password above, so that no htpasswd tool is needed.
const htpasswdLine = 'fleet:$2b$05$KZ8oDjf7CVM/GZ7OmxHmdu0vvaXcrW7sJ7JtQi85ZVeIpLykrc7B2\n'

export type RegistryServer = {
  /** `127.0.0.1:port`, as it stands in image references. */
  readonly host: string
  /** `http://127.0.0.1:port` */
  readonly url: string
  /** Stops the process and deletes what was pushed. */
  stop(): Promise<void>
}

/** Starts Debian's docker-registry on a free port of the loopback interface, with an empty store; plain http. */
export async function startRegistryServer(options: { auth?: 'none' | 'basic' } = {}): Promise<RegistryServer> {
  const folder = await mkdtemp(join(tmpdir(), 'bootfleet-registry-'))
  const host = `127.0.0.1:${await freePort()}`
  const passwordFile = join(folder, 'htpasswd')
  await writeFile(passwordFile, htpasswdLine)
  const auth = options.auth === 'basic' ? { auth: { htpasswd: { realm: 'test', path: passwordFile } } } : {}
  const config = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'store') }, delete: { enabled: true } },
    http: { addr: host, secret: 'test' },
    ...auth,
  }
  // JSON is YAML.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config))
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: ['ignore', 'ignore', 'pipe'] })
  const problems: string[] = []
  child.on('error', (error) => problems.push(error.message))
  child.stderr.on('data', (chunk: Buffer) => problems.push(chunk.toString('utf8')))
  const stop = async () => {
    await stopChild(child)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await waitUntilServing(child, `http://${host}`)
  } catch (cause) {
    await stop()
    throw new Error(`docker-registry does not serve: ${problems.join('').slice(-2000)}`, { cause })
  }
  return { host, url: `http://${host}`, stop }
}

async function waitUntilServing(child: ChildProcess, url: string): Promise<void> {
  let exited = false
  child.once('exit', () => (exited = true))
  child.once('error', () => (exited = true))
  await waitFor(
    'an answer of docker-registry',
    async () => exited || [200, 401].includes((await fetch(`${url}/v2/`)).status),
  )
  if (exited) throw new Error('the process ended')
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await exit
  clearTimeout(timer)
}
