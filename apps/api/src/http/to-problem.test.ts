import { afterAll, expect, test } from 'vitest'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { connect } from '@bootfleet/db'
import { toProblem } from './to-problem.ts'

const servers: Server[] = []
afterAll(() => servers.forEach((server) => server.close()))

/** What an operation throws when the port of the database behaves like this. */
async function errorOf(onConnection: ((socket: Socket) => void) | undefined): Promise<unknown> {
  const server = createServer(onConnection).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  if (onConnection === undefined) await new Promise((resolve) => server.close(resolve))
  else servers.push(server)
  const db = connect(`postgresql://app:x@127.0.0.1:${port}/bootfleet`)
  try {
    return await db.transaction('system', (tx) => tx.organization.findFirst()).catch((error: unknown) => error)
  } finally {
    await db.close()
  }
}

/** PostgreSQL refuses a connection: an error message of the protocol, severity FATAL. */
function fatal(code: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0Mnot now\0\0`)
  const head = Buffer.from([0x45, 0, 0, 0, 0])
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}

const away = { status: 503, code: 'unavailable', retryAfterSec: 5 }

test('a database that nobody listens for is away', async () => {
  expect(toProblem(await errorOf(undefined))).toMatchObject(away)
})

test('a database that ends the connection is away', async () => {
  expect(toProblem(await errorOf((socket) => socket.once('data', () => socket.end())))).toMatchObject(away)
})

test.each(['57P01', '57P02', '57P03', '53300'])('a database that refuses with %s is away', async (code) => {
  expect(toProblem(await errorOf((socket) => socket.once('data', () => socket.end(fatal(code)))))).toMatchObject(away)
})

test('another error of the database is no reason to try again', async () => {
  expect(toProblem(await errorOf((socket) => socket.once('data', () => socket.end(fatal('42501')))))).toBeUndefined()
  expect(toProblem(new Error('anything'))).toBeUndefined()
})
