import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { checkPorts, findFreePort, portProblem } from './ports.ts'

const servers: Server[] = []
afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)))))

async function listen(): Promise<number> {
  const port = await findFreePort()
  const server = createServer().listen(port, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return port
}

test.each([
  { part: 'web', port: 3000, code: 'EADDRINUSE', says: 'Port 3000 (the dashboard) is in use.', sets: 'PORT=3010' },
  { part: 'mqtt', port: 8883, code: 'EADDRINUSE', says: 'Port 8883 (MQTT for devices)', sets: 'MQTT_PORT=8893' },
  { part: 'device', port: 443, code: 'EACCES', says: 'needs rights that this user lacks', sets: 'DEVICE_PORT=8443' },
] as const)(
  'a port that cannot be used is named with the variable to set: $sets',
  ({ part, port, code, says, sets }) => {
    const problem = portProblem(part, { host: '127.0.0.1', port, code })
    expect(problem).toContain(says)
    expect(problem).toContain(`${sets} npm start`)
  },
)

test('an address of another machine is not called a port in use', () => {
  const problem = portProblem('api', { host: '192.0.2.1', port: 3001, code: 'EADDRNOTAVAIL' })
  expect(problem).toMatch(/^HOST=192\.0\.2\.1 is not an address of this machine/)
})

test('every port in use is named at once, and free ones are not', async () => {
  const [web, api, device] = [await listen(), await listen(), await findFreePort()]
  const check = checkPorts('127.0.0.1', { web, api, device })
  await expect(check).rejects.toThrow(new RegExp(`^Port ${web} .*PORT=.*Port ${api} .*API_PORT=(?!.*DEVICE_PORT)`))
})

test('a port that was free before is taken again if it still is', async () => {
  const port = await findFreePort()
  expect(await findFreePort(port)).toBe(port)
  const taken = await listen()
  expect(await findFreePort(taken)).not.toBe(taken)
})
