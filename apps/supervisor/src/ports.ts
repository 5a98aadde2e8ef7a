import { once } from 'node:events'
import { createServer } from 'node:net'
import { portVariables, type Ports } from './config.ts'
import { StartError, systemCode } from './start-error.ts'

const purposes: Readonly<Record<keyof Ports, string>> = {
  web: 'the dashboard',
  api: 'the API',
  device: 'HTTPS for devices',
  mqtt: 'MQTT for devices',
}

/** Throws StartError that names every port that cannot be listened on, and the variable to set instead. */
export async function checkPorts(host: string, ports: Partial<Ports>): Promise<void> {
  const problems: string[] = []
  for (const part of ['web', 'api', 'device', 'mqtt'] as const) {
    const port = ports[part]
    if (port === undefined) continue
    const code = await tryListen(host, port)
    if (code !== undefined) problems.push(portProblem(part, { host, port, code }))
  }
  if (problems.length > 0) throw new StartError(problems.join(' '))
}

/** One sentence about a port that cannot be used. */
export function portProblem(part: keyof Ports, at: { host: string; port: number; code: string }): string {
  const { host, port, code } = at
  const variable = portVariables[part]
  const example = `${variable}=${port < 1024 ? port + 8000 : port + 10} npm start`
  if (code === 'EADDRINUSE') {
    return `Port ${port} (${purposes[part]}) is in use. Stop what listens there, or choose another: ${example}`
  }
  if (code === 'EACCES') {
    return `Port ${port} (${purposes[part]}) needs rights that this user lacks. Choose one above 1023: ${example}`
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `HOST=${host} is not an address of this machine. Set HOST to one of its addresses, or to 0.0.0.0 for all.`
  }
  return `Port ${port} (${purposes[part]}) cannot be used (${code}). Choose another: ${example}`
}

/** A TCP port of 127.0.0.1 that is free: `preferred` if it is. */
export async function findFreePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await tryListen('127.0.0.1', preferred)) === undefined) return preferred
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new StartError('No free port on 127.0.0.1.')
  return address.port
}

async function tryListen(host: string, port: number): Promise<string | undefined> {
  const server = createServer().listen({ host, port, exclusive: true })
  try {
    await once(server, 'listening')
  } catch (error) {
    return systemCode(error) ?? String(error)
  }
  await new Promise((resolve) => server.close(resolve))
  return undefined
}
